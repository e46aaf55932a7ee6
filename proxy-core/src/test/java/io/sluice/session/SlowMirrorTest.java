package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.mirror.DetachReason;
import io.sluice.mirror.MirrorCounter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Row 23: a mirror that is slow, silent or not there costs the session nothing it did not ask. */
class SlowMirrorTest {
  private static final int BULK_BYTES = 4 << 20;

  /** Of a millisecond; an acknowledgement may be delayed by 40. */
  private static final int IDLE_TURNS = 60;

  /** Longer than a kernel waits before it asks a full one whether there is room, 200 ms. */
  private static final int SETTLING_TURNS = 300;

  /** An address that takes no more connections and does not refuse them either. */
  private static final class BlackHole implements AutoCloseable {
    private final ServerSocketChannel listener = ServerSocketChannel.open();
    private final List<SocketChannel> filling = new ArrayList<>();

    BlackHole() throws IOException {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
      for (int i = 0; i < 8; i++) {
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.connect(listener.getLocalAddress());
        filling.add(channel);
      }
    }

    String terms() {
      return "to = \"tcp:127.0.0.1:" + listener.socket().getLocalPort() + "\"";
    }

    @Override
    public void close() throws IOException {
      for (SocketChannel channel : filling) {
        channel.close();
      }
      listener.close();
    }
  }

  private static void expectPrefix(LoopHarness harness, Peer mirror, byte[] content) {
    harness.turnUntil("the end", () -> mirror.read().isBroken() || mirror.isEof());
    assertThat(mirror.isReset()).as("a stream that is not whole ends with a reset").isTrue();
    byte[] got = mirror.bytes();
    assertThat(got.length).isLessThan(content.length);
    assertThat(Arrays.mismatch(got, content)).isEqualTo(got.length);
  }

  /** Writes and reads until nothing moves; the mirror does not read. */
  private static void runUntilStuck(LoopHarness harness, Delivery delivery) {
    int idle = 0;
    while (idle < IDLE_TURNS) {
      int moved = delivery.write(64 << 10);
      harness.loop.turn(1);
      moved += delivery.read(Integer.MAX_VALUE);
      idle = moved > 0 ? 0 : idle + 1;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice", "nio"})
  @DisplayName("one that never reads is detached with a prefix; the primary delivers everything")
  void neverReading(String way) throws Exception {
    byte[] content = Delivery.random(1, BULK_BYTES);
    try (LoopHarness harness = LoopHarness.mirrored(way, "buffer = 64KiB")) {
      LoopHarness.Pair pair = harness.pair();
      Peer mirror = harness.mirror(0);
      new Delivery(pair.client(), pair.server(), content).finish(harness);
      harness.expectDetached(0, DetachReason.BUFFER);
      expectPrefix(harness, mirror, content);
      pair.client().finish();
      harness.expectEof(pair.server());
      pair.server().finish();
      harness.expectNothingLeft();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice", "nio"})
  @DisplayName("one that is not connected in time is detached: connect-timeout")
  void blackHoled(String way) throws Exception {
    try (BlackHole hole = new BlackHole();
        LoopHarness harness =
            LoopHarness.mirrored(way, hole.terms() + ", connect-timeout = 1s, max-lag = none")) {
      LoopHarness.Pair pair = harness.pair();
      pair.client().send("question");
      harness.expect(pair.server(), "question");
      harness.pass(Duration.ofMillis(999));
      assertThat(harness.mirrored(0, MirrorCounter.DETACHED_CONNECT_TIMEOUT)).isZero();
      harness.pass(Duration.ofMillis(2));
      assertThat(harness.mirrored(0, MirrorCounter.DETACHED_CONNECT_TIMEOUT)).isEqualTo(1);
      assertThat(harness.mirrored(0, MirrorCounter.CONNECT_FAILURES)).isEqualTo(1);
      pair.server().send("answer");
      harness.expect(pair.client(), "answer");
      pair.client().finish();
      pair.server().finish();
      harness.expectNothingLeft();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice", "nio"})
  @DisplayName("a byte that waits for max-lag detaches it, not sooner")
  void maxLag(String way) throws Exception {
    try (BlackHole hole = new BlackHole();
        LoopHarness harness =
            LoopHarness.mirrored(way, hole.terms() + ", connect-timeout = none, max-lag = 3s")) {
      LoopHarness.Pair pair = harness.pair();
      harness.pass(Duration.ofSeconds(10)); // Nothing waits yet.
      pair.client().send("question");
      harness.expect(pair.server(), "question");
      harness.pass(Duration.ofMillis(2_900));
      assertThat(harness.sessions.mirrors().lagsNs())
          .containsEntry("m0", Duration.ofMillis(2_900).toNanos());
      assertThat(harness.mirrored(0, MirrorCounter.DETACHED_LAG)).isZero();
      harness.pass(Duration.ofMillis(110));
      assertThat(harness.mirrored(0, MirrorCounter.DETACHED_LAG)).isEqualTo(1);
      pair.client().send("!");
      harness.expect(pair.server(), "question!");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice", "nio"})
  @DisplayName("a mirror that keeps taking bytes is never late, however long it lives")
  void steadyMirrorIsNotLate(String way) throws Exception {
    try (LoopHarness harness = LoopHarness.mirrored(way, "max-lag = 100ms")) {
      LoopHarness.Pair pair = harness.pair();
      Peer mirror = harness.mirror(0);
      StringBuilder said = new StringBuilder();
      for (int i = 0; i < 50; i++) {
        pair.client().send("word ");
        said.append("word ");
        harness.expect(mirror, said.toString());
        harness.pass(Duration.ofMillis(90));
      }
      harness.expect(pair.server(), said.toString());
      assertThat(harness.mirrored(0, MirrorCounter.DETACHED_LAG)).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice", "nio"})
  @DisplayName("block: the session stops with the mirror, goes on with it, and nothing is lost")
  void blockStopsTheSession(String way) throws Exception {
    byte[] content = Delivery.random(2, BULK_BYTES);
    try (LoopHarness harness =
        LoopHarness.mirrored(way, "when-slow = block, buffer = 64KiB, max-lag = none")) {
      LoopHarness.Pair pair = harness.pair();
      Peer mirror = harness.mirror(0);
      Delivery delivery = new Delivery(pair.client(), pair.server(), content);
      runUntilStuck(harness, delivery);
      assertThat(delivery.arrived()).isLessThan(content.length);

      harness.turnUntil(
          "everything",
          () -> {
            delivery.write(Integer.MAX_VALUE);
            delivery.read(Integer.MAX_VALUE);
            mirror.read(50_000);
            return delivery.hasArrived() && mirror.count() == content.length;
          });
      delivery.check();
      assertThat(mirror.bytes()).isEqualTo(content);
      pair.client().finish();
      harness.expectEof(mirror);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice", "nio"})
  @DisplayName("block: max-lag frees the session")
  void maxLagFreesTheSession(String way) throws Exception {
    byte[] content = Delivery.random(4, BULK_BYTES);
    try (LogCapture log = new LogCapture();
        LoopHarness harness =
            LoopHarness.mirrored(way, "when-slow = block, buffer = 64KiB, max-lag = 1s")) {
      LoopHarness.Pair pair = harness.pair();
      Peer mirror = harness.mirror(0);
      Delivery delivery = new Delivery(pair.client(), pair.server(), content);
      runUntilStuck(harness, delivery);
      assertThat(delivery.arrived()).isLessThan(content.length);
      harness.pass(Duration.ofMillis(2_100));
      assertThat(harness.mirrored(0, MirrorCounter.DETACHED_LAG)).isEqualTo(1);
      int port = harness.targets.get(0).socket().getLocalPort();
      String line = "mirror m0 (tcp:127.0.0.1:" + port + "): detached from 1 session(s): ";
      assertThat(log.times(line + "it lags by more than max-lag")).isEqualTo(1);
      delivery.finish(harness);
      expectPrefix(harness, mirror, content);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice", "nio"})
  @DisplayName("a blocking mirror that resets frees the session")
  void resetFreesTheSession(String way) throws Exception {
    byte[] content = Delivery.random(6, BULK_BYTES);
    try (LoopHarness harness = LoopHarness.mirrored(way, "when-slow = block, buffer = 64KiB")) {
      LoopHarness.Pair pair = harness.pair();
      Peer mirror = harness.mirror(0);
      Delivery delivery = new Delivery(pair.client(), pair.server(), content);
      runUntilStuck(harness, delivery);
      assertThat(delivery.arrived()).isLessThan(content.length);
      mirror.reset();
      delivery.finish(harness);
      assertThat(harness.mirrored(0, MirrorCounter.DETACHED_CLOSED)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice", "nio"})
  @DisplayName("mirrors of one flow do not touch each other: fast, slow, silent, refusing")
  void mirrorsOfDifferentSpeed(String way) throws Exception {
    byte[] content = Delivery.random(8, BULK_BYTES);
    try (LoopHarness harness =
        LoopHarness.mirrored(way, "when-slow = block", "when-slow = block", "buffer = 16KiB", "")) {
      harness.targets.get(3).close();
      LoopHarness.Pair pair = harness.pair();
      Peer fast = harness.mirror(0);
      Peer slow = harness.mirror(1);
      Peer silent = harness.mirror(2);
      Delivery delivery = new Delivery(pair.client(), pair.server(), content);
      harness.turnUntil(
          "everything",
          () -> {
            delivery.write(Integer.MAX_VALUE);
            delivery.read(Integer.MAX_VALUE);
            fast.read();
            slow.read(20_000);
            return delivery.hasArrived()
                && fast.count() == content.length
                && slow.count() == content.length;
          });
      delivery.check();
      assertThat(fast.bytes()).isEqualTo(content);
      assertThat(slow.bytes()).isEqualTo(content);
      expectPrefix(harness, silent, content);
      assertThat(harness.mirrored(2, MirrorCounter.DETACHED_BUFFER)).isEqualTo(1);
      assertThat(harness.mirrored(3, MirrorCounter.DETACHED_CONNECT)).isEqualTo(1);
    }
  }

  /**
   * Relays until {@code bytes} wait for a mirror that does not read: no more than a third of its
   * buffer, because small segments take whole slots.
   */
  private static void leaveSome(LoopHarness harness, Delivery delivery, int bytes)
      throws IOException {
    while (delivery.written() - harness.mirrored(0, MirrorCounter.BYTES) < bytes) {
      int before = delivery.written();
      delivery.write(64 << 10);
      harness.turnUntil(
          "the primary",
          () -> {
            delivery.read(Integer.MAX_VALUE);
            return delivery.arrived() == delivery.written();
          });
      assertThat(delivery.written()).isGreaterThan(before);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice", "nio"})
  @DisplayName("max-lag = none: one that takes nothing more is left a minute after its stream")
  void whatNobodyTakesIsGivenUp(String way) throws Exception {
    byte[] content = Delivery.random(10, BULK_BYTES);
    try (LogCapture log = new LogCapture();
        LoopHarness harness = LoopHarness.mirrored(way, "buffer = 1MiB, max-lag = none")) {
      LoopHarness.Pair pair = harness.pair();
      Peer mirror = harness.mirror(0);
      Delivery delivery = new Delivery(pair.client(), pair.server(), content);
      leaveSome(harness, delivery, 200_000);
      harness.pass(Duration.ofHours(1)); // As long as the session lasts it is waited for.
      pair.client().finish();
      harness.expectEof(pair.server());
      pair.server().finish();
      harness.expectNoSessions();

      harness.pass(Duration.ofSeconds(59));
      int before = mirror.count();
      harness.turnUntil("a sign of life", () -> mirror.read(20_000).count() > before + 100_000);
      harness.turns(SETTLING_TURNS);
      harness.pass(Duration.ofMillis(1_100));
      harness.pass(Duration.ofSeconds(59));
      assertThat(harness.mirrored(0, MirrorCounter.DETACHED_LAG)).isZero();
      assertThat(harness.sessions.mirrors().isEmpty()).isFalse();

      harness.pass(Duration.ofMillis(1_100));
      assertThat(harness.mirrored(0, MirrorCounter.DETACHED_LAG)).isEqualTo(1);
      assertThat(log.times(" (took nothing for 60s after its stream had ended)")).isEqualTo(1);
      harness.expectNothingLeft();
      expectPrefix(harness, mirror, content);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice", "nio"})
  @DisplayName("a session that ends before its mirror has everything: the rest, then the FIN")
  void theRestOutlivesTheSession(String way) throws Exception {
    byte[] content = Delivery.random(9, BULK_BYTES);
    try (LoopHarness harness = LoopHarness.mirrored(way, "buffer = 1MiB")) {
      LoopHarness.Pair pair = harness.pair();
      Peer mirror = harness.mirror(0);
      Delivery delivery = new Delivery(pair.client(), pair.server(), content);
      leaveSome(harness, delivery, 200_000);
      pair.client().finish();
      harness.expectEof(pair.server());
      pair.server().finish();
      harness.expectNoSessions();
      assertThat(harness.sessions.mirrors().isEmpty()).isFalse();

      harness.expectEof(mirror);
      delivery.check();
      assertThat(mirror.bytes()).isEqualTo(Arrays.copyOf(content, delivery.written()));
      mirror.close();
      harness.expectNothingLeft();
    }
  }

  private static void say(LoopHarness harness, LoopHarness.Pair pair, StringBuilder said)
      throws IOException {
    said.append("y".repeat(500));
    pair.client().send("y".repeat(500));
    harness.expect(pair.server(), said.toString());
    harness.turns(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice"})
  @DisplayName("the client's reset destroys nothing that the mirror has not acknowledged yet")
  void resetWaitsForAcknowledgements(String way) throws Exception {
    try (LoopHarness harness = LoopHarness.mirrored(way, "max-lag = none")) {
      LoopHarness.Pair first = harness.pair();
      Peer stuck = harness.mirror(0);
      StringBuilder more = new StringBuilder();
      while (harness.mirrored(0, MirrorCounter.BYTES) == more.length()) {
        say(harness, first, more);
      }
      long capacity = harness.mirrored(0, MirrorCounter.BYTES); // Of the sockets, unread.
      stuck.reset();
      LoopHarness.Pair pair = harness.pair();
      Peer mirror = harness.mirror(0);
      StringBuilder said = new StringBuilder();
      while (said.length() < capacity - 1000) {
        say(harness, pair, said);
      }

      pair.client().reset();
      harness.expectReset(pair.server());
      harness.turns(5);
      harness.expectLateReset(mirror);
      assertThat(mirror.text()).isEqualTo(said.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice", "nio"})
  @DisplayName("one that never sends its FIN is left after a while")
  void mirrorWithoutAFin(String way) throws Exception {
    try (LoopHarness harness = LoopHarness.mirrored(way, "")) {
      LoopHarness.Pair pair = harness.pair();
      Peer mirror = harness.mirror(0);
      pair.client().send("x").finish();
      harness.expectEof(mirror);
      pair.server().finish();
      harness.expectNoSessions();
      assertThat(harness.sessions.mirrors().isEmpty()).isFalse();
      harness.pass(Duration.ofMillis(5_001));
      harness.expectNothingLeft();
    }
  }
}
