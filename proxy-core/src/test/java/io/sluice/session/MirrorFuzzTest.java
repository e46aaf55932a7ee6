package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.Errno;
import io.sluice.linux.FaultySyscalls.Call;
import io.sluice.linux.OpenDescriptors;
import io.sluice.mirror.DetachReason;
import io.sluice.mirror.MirrorCounter;
import io.sluice.stats.Counter;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Row 22: many mirrored sessions at once over pipes of any size, with one to four mirrors that are
 * fast, slow or stop reading, and everything that the relay's fuzz does to sessions. A mirror that
 * was not detached has exactly what was sent; one that was has an exact prefix; the primary is
 * exact in any case, and nothing is left.
 *
 * <p>{@link Fuzz} tells how to repeat one.
 */
class MirrorFuzzTest {
  private static final int SESSIONS = 20;
  private static final long[] FIXED_SEEDS = {1, 448404540, 903956034};
  private static final Duration TURN = Duration.ofMillis(1);

  /** When all sessions are over: mirrors that stopped reading take seconds of leave. */
  private static final Duration LATE_TURN = Duration.ofMillis(20);

  private static final int PAGE_KIB = 4;
  private static final int BUDGET_PAGES = 8192;

  /** Of a pipe whose size cannot be set. */
  private static final int DEFAULT_SLOTS = 16;

  private static final int[] SLOTS = {1, 2, 4, 16, 64, 256};

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice", "auto", "nio"})
  @DisplayName("22: mirrors are exact or exact prefixes, the primary is exact, nothing is left")
  @Timeout(value = 1, unit = TimeUnit.HOURS) // For many rounds; each has its own bound.
  void mirrorsAreExact(String way) throws Exception {
    Fuzz.rounds("mirror fuzz: " + way, FIXED_SEEDS, seed -> new Round(way, seed).run());
  }

  /** One seed. */
  private static final class Round {
    private final String way;
    private final long seed;
    private final Random random;
    private final boolean epoll;
    private final List<String> terms = new ArrayList<>();
    private final List<Boolean> blocks = new ArrayList<>();
    private final List<List<FuzzMirror>> received = new ArrayList<>();

    /** Whether a mirror may be dropped although it reads: it gets no pipe, or tee fails. */
    private boolean mayFail;

    /** Of one session: pipes of its flows and mirrors, and the most pages that they can have. */
    private int pipes = 2;

    private int pages;

    private LoopHarness harness;

    Round(String way, long seed) {
      this.way = way;
      this.seed = seed;
      random = new Random(seed);
      epoll = !way.equals("nio");
    }

    void run() throws Exception {
      LoopHarness.nio("").close(); // What the first one loads stays open.
      Map<Integer, String> before = OpenDescriptors.now();
      int mirrors = 1 + random.nextInt(4);
      for (int i = 0; i < mirrors; i++) {
        terms.add(mirrorTerms());
        received.add(new ArrayList<>());
      }
      try (LoopHarness opened =
          LoopHarness.mirrored(way, seed, settings(), terms.toArray(String[]::new))) {
        harness = opened;
        if (epoll) {
          brew();
        }
        List<FuzzSession> sessions =
            Fuzz.relay(harness, random, SESSIONS, epoll, () -> step(TURN), this::bytes);
        end();
        check(sessions);
      }
      assertThat(OpenDescriptors.since(before)).isEmpty();
    }

    private String settings() {
      int slots = SLOTS[random.nextInt(SLOTS.length)];
      pages += pipes * Math.max(slots, DEFAULT_SLOTS);
      int pipeKib = PAGE_KIB * slots;
      int largeKib = Math.min(32, pipeKib);
      return "timeouts { client = none, server = none, client-fin = none, server-fin = none }\n"
          + String.format(
              "pump { pipe-budget = %d, turn-budget = %dKiB, pipe-size = %dKiB, copy-below = %dKiB,"
                  + " splice-at-least = %dKiB, copy-after-fills = %d }%n",
              BUDGET_PAGES,
              64 << random.nextInt(5),
              pipeKib,
              largeKib / 2,
              largeKib,
              1 + random.nextInt(3));
    }

    private String mirrorTerms() {
      boolean block = random.nextBoolean();
      blocks.add(block);
      int slots = SLOTS[random.nextInt(SLOTS.length)];
      int bufferKib = PAGE_KIB * slots;
      String[] directions = {"to-server", "to-client", "both"};
      String direction = directions[random.nextInt(directions.length)];
      int streams = direction.equals("both") ? 2 : 1;
      pipes += streams;
      pages += streams * Math.max(slots, DEFAULT_SLOTS);
      return "proxy-protocol = v2, when-slow = "
          + (block ? "block, max-lag = none" : "detach, max-lag = 1s")
          + ", connect-timeout = 10s, buffer = "
          + bufferKib
          + "KiB, direction = "
          + direction;
    }

    private void brew() {
      Weather.brew(harness.sys, random);
      harness.sys.failRandomly(Call.TEE, random.nextBoolean() ? 0.2 : 0, Errno.EINTR);
      if (random.nextBoolean()) {
        harness.sys.cap(Call.TEE, 1 + random.nextInt(50_000));
      }
      if (random.nextInt(4) == 0 && !blocks.contains(true)) {
        harness.sys.failRandomly(Call.TEE, 0.02, Errno.EAGAIN);
      }
    }

    private long bytes() {
      return received.stream().flatMap(List::stream).mapToLong(FuzzMirror::count).sum();
    }

    /** Accepts at the mirrors, lets each read, and turns the loop. */
    private void step(Duration time) throws IOException {
      for (int i = 0; i < received.size(); i++) {
        SocketChannel accepted;
        while ((accepted = harness.targets.get(i).accept()) != null) {
          // Over nio the proxy cannot see that such a mirror lacks what it was sent.
          received.get(i).add(new FuzzMirror(new Peer(accepted), random, !blocks.get(i), epoll));
        }
        for (FuzzMirror mirror : received.get(i)) {
          mirror.step();
        }
      }
      harness.clock.advance(time);
      harness.loop.turn(0);
    }

    /** Until the sessions are over and the mirrors have let go; those that had stopped read on. */
    private void end() throws IOException {
      long begunNs = System.nanoTime();
      while (harness.sessions.size() > 0 || !harness.sessions.mirrors().isEmpty()) {
        step(LATE_TURN);
        if (System.nanoTime() - begunNs > 2 * Fuzz.STALL_NS) {
          throw new AssertionError("mirrors are left: " + harness.poller.usage());
        }
      }
      for (int i = 0; i < 3; i++) {
        step(TURN);
      }
      for (List<FuzzMirror> connections : received) {
        for (FuzzMirror connection : connections) {
          connection.readAll();
        }
      }
      harness.expectNothingLeft();
    }

    private void check(List<FuzzSession> sessions) throws IOException {
      harness.sessions.fold();
      long connected = harness.backend.servers().get(0).counters().sum(Counter.SESSIONS);
      mayFail = epoll && harness.sys.injected(Call.PIPE2) > 0;
      for (int i = 0; i < received.size(); i++) {
        long lacking = 0;
        for (FuzzSession session : sessions) {
          lacking += lacks(i, session) ? 1 : 0;
        }
        long detached = 0;
        for (DetachReason reason : DetachReason.values()) {
          detached += harness.mirrored(i, MirrorCounter.of(reason));
        }
        String what = "mirror " + i + " with " + terms.get(i);
        assertThat(harness.mirrored(i, MirrorCounter.SESSIONS)).as(what).isEqualTo(connected);
        assertThat(lacking).as("%s lacks bytes of sessions", what).isLessThanOrEqualTo(detached);
        if (blocks.get(i) && !mayFail) {
          long refused = harness.mirrored(i, MirrorCounter.DETACHED_RESOURCES);
          assertThat(detached).as("%s was detached", what).isEqualTo(isScarce() ? refused : 0);
        }
        for (FuzzMirror connection : received.get(i)) {
          connection.close();
        }
      }
    }

    /** Whether mirrors can want more pipes than they may have: flows keep half of the budget. */
    private boolean isScarce() {
      return epoll && SESSIONS * pages > BUDGET_PAGES / 2;
    }

    /** Whether a session that ended well is not whole at mirror {@code i}; checks what there is. */
    private boolean lacks(int i, FuzzSession session) {
      boolean lacks = false;
      for (boolean up : new boolean[] {true, false}) {
        String word = up ? "to-server" : "to-client";
        if (!terms.get(i).endsWith(word) && !terms.get(i).endsWith("both")) {
          continue;
        }
        FuzzMirror found = null;
        for (FuzzMirror connection : received.get(i)) {
          if (connection.isOf(session.clientPort(), word)) {
            assertThat(found).as("one connection for each direction").isNull();
            found = connection;
          }
        }
        if (found != null) {
          found.checkPrefix(session, up);
        }
        lacks |= found == null || !found.isWhole(session, up);
      }
      return lacks && session.end.isClean();
    }
  }
}
