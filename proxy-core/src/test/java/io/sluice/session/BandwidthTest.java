package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.OpenDescriptors;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits of bandwidth: the right bytes, no more of them than allowed, no flow left behind. */
@ExtendWith(OpenDescriptors.class)
class BandwidthTest {
  private static final int RATE = 1 << 20;
  private static final Duration STEP = Duration.ofMillis(20);

  /** What may be made up for, and what one flow reserves at a time. */
  private static final int BURST = RATE / 10 + (int) TokenBucket.MOST_BYTES;

  private static LoopHarness limited(String way, String setting) throws Exception {
    boolean epoll = !way.equals("nio");
    String settings = "bandwidth." + setting + "\n" + (epoll ? "pump.mode = " + way + "\n" : "");
    return LoopHarness.over(epoll ? "epoll" : "nio", 1, settings);
  }

  /** Moves the clock until all is delivered; returns how long that took. */
  private static Duration deliver(LoopHarness harness, int buckets, Delivery... deliveries) {
    long beganNs = harness.clock.nanoTime();
    long received = 0;
    while (true) {
      long before = -1;
      while (received > before) { // Until nothing more comes at this moment.
        before = received;
        for (Delivery delivery : deliveries) {
          delivery.write(Integer.MAX_VALUE);
        }
        harness.turns(3);
        for (Delivery delivery : deliveries) {
          received += delivery.read(Integer.MAX_VALUE);
        }
      }
      double seconds = (harness.clock.nanoTime() - beganNs) / 1e9;
      assertThat(received)
          .as("after %s s", seconds)
          .isLessThanOrEqualTo(buckets * (long) (RATE * seconds + BURST));
      boolean all = true;
      for (Delivery delivery : deliveries) {
        all &= delivery.hasArrived();
      }
      if (all) {
        return Duration.ofNanos(harness.clock.nanoTime() - beganNs);
      }
      assertThat(seconds).as("seconds for %s bytes", received).isLessThan(30);
      harness.pass(STEP);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice", "nio"})
  void sessionsOfAFrontendShareItsBandwidth(String way) throws Exception {
    try (LoopHarness harness = limited(way, "to-client = 1MiB")) {
      LoopHarness.Pair first = harness.pair();
      LoopHarness.Pair second = harness.pair();
      Delivery one = new Delivery(first.server(), first.client(), Delivery.random(1, 2 * RATE));
      Delivery two = new Delivery(second.server(), second.client(), Delivery.random(2, 2 * RATE));

      Duration took = deliver(harness, 1, one, two);

      // 4 MiB at 1 MiB/s, a tenth of a second ahead.
      assertThat(took).isBetween(Duration.ofMillis(3700), Duration.ofMillis(4200));
      one.check();
      two.check();
      first.client().finish();
      first.server().finish();
      second.client().reset();
      harness.expectNothingLeft();
    }
  }

  @Test
  void flowsThatShareGetTheSame() throws Exception {
    try (LoopHarness harness = limited("copy", "to-server = 1MiB")) {
      LoopHarness.Pair first = harness.pair();
      LoopHarness.Pair second = harness.pair();
      Delivery one = new Delivery(first.client(), first.server(), Delivery.random(3, RATE));
      Delivery two = new Delivery(second.client(), second.server(), Delivery.random(4, 3 * RATE));

      Duration took = deliver(harness, 1, one);
      assertThat(took).isLessThan(Duration.ofMillis(1100));
      Delivery three = new Delivery(first.client(), first.server(), Delivery.random(5, RATE));
      deliver(harness, 1, three, two);

      assertThat(first.server().count()).isEqualTo(2 * RATE);
      two.check();
      three.check();
    }
  }

  @Test
  void otherDirectionIsNotLimited() throws Exception {
    try (LoopHarness harness = limited("copy", "to-client = 1KiB")) {
      LoopHarness.Pair pair = harness.pair();
      Delivery up = new Delivery(pair.client(), pair.server(), Delivery.random(6, 8 * RATE));

      up.finish(harness);
    }
  }

  @ParameterizedTest
  @CsvSource({"nio, per-session-to-client", "nio, per-session-to-server"})
  void sessionsWithoutPacingHaveABucketEach(String way, String key) throws Exception {
    try (LoopHarness harness = limited(way, key + " = 1MiB")) {
      LoopHarness.Pair first = harness.pair();
      LoopHarness.Pair second = harness.pair();
      boolean toClient = key.endsWith("client");
      Delivery one = delivery(first, toClient, 7);
      Delivery two = delivery(second, toClient, 8);

      Duration took = deliver(harness, 2, one, two);

      assertThat(took).isBetween(Duration.ofMillis(1750), Duration.ofMillis(2100));
      one.check();
      two.check();
    }
  }

  private static Delivery delivery(LoopHarness.Pair pair, boolean toClient, long seed) {
    byte[] content = Delivery.random(seed, 2 * RATE);
    return toClient
        ? new Delivery(pair.server(), pair.client(), content)
        : new Delivery(pair.client(), pair.server(), content);
  }

  /** The kernel's clock is the real one: the rate is high, so that this is short. */
  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice"})
  void kernelPacesASession(String way) throws Exception {
    try (LoopHarness harness = limited(way, "per-session-to-client = 8MiB")) {
      LoopHarness.Pair pair = harness.pair();
      Delivery down = new Delivery(pair.server(), pair.client(), Delivery.random(9, 8 * RATE));
      long beganNs = System.nanoTime();

      down.finish(harness);

      double seconds = (System.nanoTime() - beganNs) / 1e9;
      assertThat(seconds).isBetween(0.7, 10.0);
      assertThat(harness.loop.timers().size()).isLessThanOrEqualTo(1);
    }
  }

  @Test
  void whatASessionHadReservedIsGivenBackWhenItEnds() {
    TokenBucket bucket = new TokenBucket(RATE, 0);
    assertThat(bucket.reserve(RATE, 0)).isZero();
    long waitNs = bucket.reserve(RATE, 0);
    assertThat(waitNs).isBetween(899_000_000L, 901_000_000L);
    assertThat(bucket.reserve(1, 0) - waitNs).isBetween(999_000_000L, 1_001_000_000L);

    bucket.giveBack(RATE);

    assertThat(bucket.reserve(1, 0) - waitNs).isBetween(-1_000_000L, 1_000_000L);
    assertThat(bucket.reserve(1, 10_000_000_000L)).isZero();
  }

  @Test
  void sessionThatEndsWhileItWaitsLeavesNothing() throws Exception {
    try (LoopHarness harness = limited("copy", "to-client = 1KiB")) {
      LoopHarness.Pair first = harness.pair();
      LoopHarness.Pair second = harness.pair();
      first.server().write(Delivery.random(10, RATE), 0, RATE);
      harness.turns(5);
      first.client().reset();
      harness.turnUntil("one session", () -> harness.sessions.size() == 1);

      second.server().send("soon");
      for (int i = 0; i < 10 && second.client().read().count() == 0; i++) {
        harness.pass(Duration.ofSeconds(10));
        second.client().send("."); // Not inactive.
      }

      harness.expect(second.client(), "soon");
      second.client().reset();
      harness.expectNothingLeft();
    }
  }
}
