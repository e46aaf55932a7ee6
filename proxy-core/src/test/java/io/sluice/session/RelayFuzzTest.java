package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.OpenDescriptors;
import io.sluice.stats.Counter;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many sessions at once with random sizes, pauses, slow readers, half-closes, resets, urgent bytes
 * and faults of system calls: every byte arrives, in order, once, and nothing is left at the end.
 *
 * <p>{@link Fuzz} tells how to repeat one.
 */
class RelayFuzzTest {
  private static final int SESSIONS = 30;
  private static final long[] FIXED_SEEDS = {1, 2};
  private static final Duration TURN = Duration.ofMillis(1);

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice", "auto", "nio"})
  @Timeout(value = 1, unit = TimeUnit.HOURS) // For many rounds; each has its own bound.
  void everyByteArrivesOnceAndNothingIsLeft(String way) throws Exception {
    Fuzz.rounds("relay fuzz: " + way, FIXED_SEEDS, seed -> round(way, seed));
  }

  private static void round(String way, long seed) throws Exception {
    LoopHarness.nio("").close(); // What the first one loads stays open.
    Map<Integer, String> before = OpenDescriptors.now();
    Random random = new Random(seed);
    String settings = settings(way, random);
    try (LogCapture log = new LogCapture();
        LoopHarness harness =
            way.equals("nio") ? LoopHarness.nio(settings) : LoopHarness.seeded(seed, settings)) {
      if (!way.equals("nio")) {
        Weather.brew(harness.sys, random);
      }
      Fuzz.Turn turn =
          () -> {
            harness.clock.advance(TURN);
            harness.loop.turn(0);
          };
      List<FuzzSession> sessions =
          Fuzz.relay(harness, random, SESSIONS, !way.equals("nio"), turn, () -> 0);
      awaitNothingLeft(harness);
      check(harness, sessions, log);
    }
    assertThat(OpenDescriptors.since(before)).isEmpty();
  }

  private static String settings(String way, Random random) {
    StringBuilder settings =
        new StringBuilder(
            "timeouts { client = none, server = none, client-fin = none, server-fin = none }\n"
                + "pump { pipe-budget = 8192, ");
    settings.append("turn-budget = ").append(64 << random.nextInt(5)).append("KiB, ");
    settings.append("pipe-size = ").append(random.nextBoolean() ? "64KiB" : "1MiB");
    settings.append(way.equals("nio") ? "" : ", mode = " + way).append(" }\n");
    if (random.nextBoolean()) {
      settings.append("tcp { send-buffer = 32KiB, receive-buffer = 64KiB }\n");
    }
    return settings.toString();
  }

  private static void awaitNothingLeft(LoopHarness harness) {
    harness.turnUntil(
        "the end of all sessions",
        () -> {
          harness.clock.advance(TURN);
          return harness.sessions.size() == 0;
        });
    harness.expectNothingLeft();
  }

  private static void check(LoopHarness harness, List<FuzzSession> sessions, LogCapture log) {
    Map<String, String> lines = new HashMap<>();
    log.sessions().forEach(line -> lines.put(line.substring(0, line.indexOf(' ')), line));
    for (FuzzSession session : sessions) {
      session.checkLine(lines.get(session.clientAddress()));
    }
    assertThat(harness.counted(Counter.SESSIONS)).isEqualTo(SESSIONS);
    long closed = 0;
    for (Counter counter : Counter.values()) {
      closed += counter.name().startsWith("CLOSED_") ? harness.counted(counter) : 0;
      long ofServer = harness.backend.servers().get(0).counters().sum(counter);
      if (counter == Counter.SESSIONS) {
        // A server counts the sessions that were connected to it.
        ofServer += lines.values().stream().filter(line -> line.contains(" 0/-1/")).count();
      }
      assertThat(ofServer).as("%s", counter).isEqualTo(harness.counted(counter));
      assertThat(harness.backend.counters().sum(counter)).isEqualTo(harness.counted(counter));
    }
    assertThat(closed).isEqualTo(SESSIONS);
    assertThat(harness.counted(Counter.ACCEPT_ERRORS)).isZero();
    long clean = sessions.stream().filter(session -> session.end.isClean()).count();
    assertThat(harness.counted(Counter.CLOSED_NORMALLY)).isGreaterThanOrEqualTo(clean);
  }
}
