package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.mirror.DetachReason;
import io.sluice.mirror.MirrorCounter;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Row 23: what the kernel has taken to send is not yet with the mirror. A mirror that lacks some of
 * it in the end is counted, and one that is only late gets it. Over epoll: the JDK cannot ask.
 */
class MirrorLeaveTest {
  private static final int PIECE_BYTES = 500;

  /** More than the smallest receive buffer (2304, socket(7)), and less than that of a target. */
  private static final int TAKEN_BYTES = 8 * PIECE_BYTES;

  private static final int CONTENT_BYTES = 4 * TAKEN_BYTES;

  /** A mirrored session, all of it written to the mirror's socket, but not all with the mirror. */
  private static final class Scene implements AutoCloseable {
    private final byte[] content = Delivery.random(1, CONTENT_BYTES);
    private final LoopHarness harness;
    private final LoopHarness.Pair pair;
    private final Peer mirror;
    private final Delivery delivery;

    Scene(String way, String terms) throws Exception {
      harness = LoopHarness.mirrored(way, terms);
      pair = harness.pair();
      mirror = harness.mirror(0);
      delivery = new Delivery(pair.client(), pair.server(), content);
      while (delivery.written() < TAKEN_BYTES) {
        relay();
      }
      harness.turnUntil("the kernel of the mirror", () -> waiting() == delivery.written());
      // Less than there is in it: it takes nothing more before some of that is read, but for what
      // fits into memory that the kernel has set aside for it already.
      mirror.channel().setOption(StandardSocketOptions.SO_RCVBUF, 1);
      do {
        relay();
        harness.turnUntil("the kernel of the proxy", this::isSent);
        harness.turns(2);
      } while (waiting() == delivery.written() && !delivery.isWritten());
      assertThat(waiting()).isLessThan(delivery.written());
    }

    private void relay() {
      delivery.write(PIECE_BYTES);
      harness.turnUntil(
          "the primary",
          () -> {
            delivery.read(Integer.MAX_VALUE);
            return delivery.arrived() == delivery.written();
          });
    }

    /** Bytes that the mirror could read. */
    private int waiting() {
      try {
        return mirror.channel().socket().getInputStream().available();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    private boolean isSent() {
      return harness.mirrored(0, MirrorCounter.BYTES) == delivery.written();
    }

    void end() throws IOException {
      pair.client().finish();
      harness.expectEof(pair.server());
      pair.server().finish();
      harness.expectNoSessions();
      harness.turns(3);
    }

    long detached() {
      return Arrays.stream(DetachReason.values())
          .mapToLong(reason -> harness.mirrored(0, MirrorCounter.of(reason)))
          .sum();
    }

    /** The mirror reads on and gets all, and the proxy lets go of it. */
    void expectWhole() throws IOException {
      harness.expectEof(mirror);
      assertThat(mirror.bytes()).isEqualTo(Arrays.copyOf(content, delivery.written()));
      mirror.close();
      harness.turnUntil(
          "the end of the mirror",
          () -> {
            harness.clock.advance(Duration.ofMillis(1));
            return harness.sessions.mirrors().isEmpty();
          });
      harness.expectNothingLeft();
      assertThat(detached()).isZero();
    }

    /** The mirror reads on and finds that there is not all. */
    void expectCut() {
      harness.expectNothingLeft();
      harness.expectReset(mirror);
      assertThat(mirror.count()).isLessThan(delivery.written());
      assertThat(mirror.bytes()).isEqualTo(Arrays.copyOf(content, mirror.count()));
    }

    @Override
    public void close() throws IOException {
      harness.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice"})
  @DisplayName("one that acknowledges nothing more after the FIN is counted: lag")
  void neverAcknowledged(String way) throws Exception {
    try (LogCapture log = new LogCapture();
        Scene scene = new Scene(way, "max-lag = 1s")) {
      scene.end();
      scene.harness.pass(Duration.ofMillis(4_900));
      assertThat(scene.detached()).isZero();
      scene.harness.pass(Duration.ofMillis(200));
      assertThat(scene.harness.mirrored(0, MirrorCounter.DETACHED_LAG)).isEqualTo(1);
      assertThat(log.times(" (took nothing for 5s after its stream had ended)")).isEqualTo(1);
      scene.expectCut();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice"})
  @DisplayName("the same after the client's reset")
  void neverAcknowledgedAfterReset(String way) throws Exception {
    try (Scene scene = new Scene(way, "max-lag = 1s")) {
      scene.pair.client().reset();
      scene.harness.expectReset(scene.pair.server());
      scene.harness.expectNoSessions();
      scene.harness.turns(3);
      scene.harness.pass(Duration.ofMillis(4_900));
      assertThat(scene.detached()).isZero();
      scene.harness.pass(Duration.ofMillis(200));
      scene.harness.expectDetached(0, DetachReason.LAG);
      scene.expectCut();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy,max-lag = none", "splice,max-lag = none", "copy,max-lag = 1m"})
  @DisplayName("one that answers and reads on within max-lag, or a minute, gets the rest")
  void lateButWhole(String wayAndTerms) throws Exception {
    String[] parts = wayAndTerms.split(",", 2);
    try (Scene scene = new Scene(parts[0], parts[1])) {
      scene.end();
      for (int i = 0; i < 11; i++) {
        scene.harness.pass(Duration.ofSeconds(5));
        scene.mirror.send("answer");
        scene.harness.turns(3);
      }
      scene.expectWhole();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice"})
  @DisplayName("one that resets after the FIN, before it has all, is counted: closed")
  void resetAfterFin(String way) throws Exception {
    try (Scene scene = new Scene(way, "max-lag = 1s")) {
      scene.end();
      scene.mirror.reset();
      scene.harness.expectDetached(0, DetachReason.CLOSED);
      scene.harness.expectNothingLeft();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice"})
  @DisplayName("one that has finished before us gets the rest all the same")
  void halfClosed(String way) throws Exception {
    try (Scene scene = new Scene(way, "max-lag = 1s")) {
      scene.mirror.finish();
      scene.harness.turns(3);
      scene.end();
      assertThat(scene.harness.sessions.mirrors().isEmpty()).isFalse();
      scene.expectWhole();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice"})
  @DisplayName("one that has finished and then closes before it has all is counted: closed")
  void halfClosedThenClosed(String way) throws Exception {
    try (Scene scene = new Scene(way, "max-lag = 1s")) {
      scene.mirror.finish();
      scene.harness.turns(3);
      scene.end();
      scene.mirror.close();
      scene.harness.expectDetached(0, DetachReason.CLOSED);
      scene.harness.expectNothingLeft();
    }
  }
}
