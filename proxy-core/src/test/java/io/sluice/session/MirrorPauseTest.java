package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.Errno;
import io.sluice.linux.FaultySyscalls.Call;
import io.sluice.mirror.DetachReason;
import io.sluice.mirror.MirrorCounter;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A few bytes wait for more before they follow others to a mirror; nothing else does. */
class MirrorPauseTest {
  private static final Duration PAUSE = Duration.ofMillis(10);

  /** Has "one" arrive everywhere and "two" at the server. */
  private static Peer begin(LoopHarness harness, LoopHarness.Pair pair) throws Exception {
    Peer mirror = harness.mirror(0);
    pair.client().send("one");
    harness.expect(mirror, "one");
    pair.client().send("two");
    harness.expect(pair.server(), "onetwo");
    harness.pass(Duration.ZERO);
    assertThat(mirror.read().text()).isEqualTo("one");
    return mirror;
  }

  @Test
  @DisplayName("the first bytes are sent at once, those that follow soon after a pause")
  void fewBytesWait() throws Exception {
    try (LoopHarness harness = LoopHarness.pausing(PAUSE, "")) {
      LoopHarness.Pair pair = harness.pair();
      Peer mirror = begin(harness, pair);

      harness.pass(Duration.ofMillis(9));
      assertThat(mirror.read().text()).isEqualTo("one");
      pair.client().send("three");
      harness.expect(pair.server(), "onetwothree");
      harness.pass(Duration.ofMillis(2));
      harness.expect(mirror, "onetwothree");

      harness.pass(PAUSE);
      pair.client().send("four");
      harness.expect(mirror, "onetwothreefour");
    }
  }

  @Test
  @DisplayName("what waits goes out in one call, and needs no pipe")
  void whatWaitsNeedsNoPipe() throws Exception {
    try (LoopHarness harness = LoopHarness.pausing(PAUSE, "")) {
      LoopHarness.Pair pair = harness.pair();
      harness.sys.failAlways(Call.PIPE2, Errno.EMFILE);
      Peer mirror = begin(harness, pair);

      harness.pass(PAUSE);

      harness.expect(mirror, "onetwo");
      assertThat(harness.mirrored(0, MirrorCounter.of(DetachReason.RESOURCES))).isZero();
    }
  }

  @Test
  @DisplayName("the end does not wait")
  void endDoesNotWait() throws Exception {
    try (LoopHarness harness = LoopHarness.pausing(PAUSE, "")) {
      LoopHarness.Pair pair = harness.pair();
      Peer mirror = begin(harness, pair);

      pair.client().finish();

      harness.expectEof(mirror);
      assertThat(mirror.text()).isEqualTo("onetwo");
      pair.server().finish();
      mirror.close();
      harness.expectNothingLeft();
    }
  }

  @Test
  @DisplayName("what is more than a few bytes does not wait, and comes behind what did")
  void manyBytesDoNotWait() throws Exception {
    try (LoopHarness harness = LoopHarness.pausing(PAUSE, "")) {
      LoopHarness.Pair pair = harness.pair();
      Peer mirror = begin(harness, pair);
      String much = "3".repeat(5000);

      pair.client().send(much);

      harness.expect(mirror, "onetwo" + much);
    }
  }

  @Test
  @DisplayName("the pause is no more than a quarter of max-lag")
  void pauseIsShorterThanMaxLag() throws Exception {
    try (LoopHarness harness = LoopHarness.pausing(PAUSE, "max-lag = 8ms")) {
      LoopHarness.Pair pair = harness.pair();
      Peer mirror = begin(harness, pair);

      harness.pass(Duration.ofMillis(3));

      harness.expect(mirror, "onetwo");
      harness.pass(Duration.ofSeconds(1));
      assertThat(mirror.isBroken()).isFalse();
    }
  }
}
