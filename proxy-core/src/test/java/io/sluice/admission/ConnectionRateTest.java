package io.sluice.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ConnectionRateTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final long START = -3 * SECOND;

  private static int taken(ConnectionRate rate, int attempts, long nowNs) {
    int taken = 0;
    for (int i = 0; i < attempts; i++) {
      taken += rate.tryTake(nowNs) == 0 ? 1 : 0;
    }
    return taken;
  }

  @Test
  void tenthOfASecondMayComeAtOnceAndTheRestEvenly() {
    ConnectionRate rate = ConnectionRate.of(100);

    assertThat(taken(rate, 1000, START)).isEqualTo(10);
    assertThat(rate.tryTake(START)).isEqualTo(SECOND / 100);
    assertThat(taken(rate, 1000, START + SECOND / 100)).isOne();
    int taken = 0;
    for (int ms = 11; ms <= 1010; ms++) {
      taken += taken(rate, 5, START + ms * SECOND / 1000);
    }
    assertThat(taken).isEqualTo(100);
  }

  @Test
  void whoeverWaitsAsLongAsItIsToldGetsOne() {
    ConnectionRate rate = ConnectionRate.of(7);
    long now = START;
    for (int i = 0; i < 100; i++) {
      long waitNs = rate.tryTake(now);
      if (waitNs > 0) {
        now += waitNs;
        assertThat(rate.tryTake(now)).isZero();
      }
    }
    assertThat(now - START).isBetween(13 * SECOND, 15 * SECOND);
  }

  @Test
  void whatIsGivenBackWasNeverTaken() {
    ConnectionRate rate = ConnectionRate.of(10);
    for (int i = 0; i < 50; i++) {
      assertThat(rate.tryTake(START)).isZero();
      rate.giveBack();
    }
    assertThat(taken(rate, 10, START)).isOne();
  }

  @Test
  void ofTwoLimitsEachHoldsAndARefusalCostsNeither() {
    ConnectionRate total = ConnectionRate.of(100);
    ConnectionRate own = ConnectionRate.of(20);
    ConnectionRate both = own.and(total);

    assertThat(taken(both, 100, START)).isEqualTo(2);
    assertThat(taken(total, 100, START)).isEqualTo(8);
    assertThat(taken(total.and(own), 100, START + SECOND / 20)).isEqualTo(1);
    assertThat(own.and(ConnectionRate.UNLIMITED)).isSameAs(own);
    assertThat(ConnectionRate.of(0).and(total)).isSameAs(total);
  }

  @Test
  void threadsTogetherGetNoMoreThanOne() throws Exception {
    ConnectionRate rate = ConnectionRate.of(1000);
    ExecutorService executor = Executors.newFixedThreadPool(4);
    List<Future<Integer>> results = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      results.add(executor.submit(() -> taken(rate, 100_000, START)));
    }
    int sum = 0;
    for (Future<Integer> result : results) {
      sum += result.get(30, TimeUnit.SECONDS);
    }
    executor.shutdown();

    assertThat(sum).isEqualTo(100);
  }
}
