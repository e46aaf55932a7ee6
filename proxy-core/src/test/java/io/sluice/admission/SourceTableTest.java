package io.sluice.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.Rate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class SourceTableTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final long MILLI = SECOND / 1000;
  private static final Rate TEN = new Rate(10, Duration.ofSeconds(1));
  private static final long V4 = 0xFFFFL << 32;

  /** As a clock may show it: negative, and with an overflow ahead. */
  private static final long START = -5 * SECOND;

  private static SourceTable table(int sources, Rate rate, int connections) {
    return new SourceTable(sources, rate, connections, SourceTable.seed());
  }

  private static int admitted(SourceTable table, long source, int attempts, long nowNs) {
    int admitted = 0;
    for (int i = 0; i < attempts; i++) {
      admitted += isAdmitted(table.enter(0, source, nowNs)) ? 1 : 0;
    }
    return admitted;
  }

  private static boolean isAdmitted(long place) {
    return place >= 0 || place == SourceTable.UNCOUNTED;
  }

  @Test
  void quietSourceMayComeWithItsNumberAtOnceAndThenEvenly() {
    SourceTable table = table(10, TEN, 0);

    assertThat(admitted(table, 1, 50, START)).isEqualTo(10);
    assertThat(table.enter(0, 1, START)).isEqualTo(SourceTable.TOO_FAST);
    assertThat(admitted(table, 1, 50, START + 99 * MILLI)).isZero();
    assertThat(admitted(table, 1, 50, START + 100 * MILLI)).isOne();
    assertThat(admitted(table, 1, 50, START + 450 * MILLI)).isEqualTo(3);
    assertThat(admitted(table, 2, 50, START + 450 * MILLI)).isEqualTo(10);
    assertThat(admitted(table, 1, 50, START + 10 * SECOND)).isEqualTo(10);
  }

  @Test
  void timesAroundTheOverflowOfTheClockAreTimes() {
    SourceTable table = table(10, TEN, 0);
    long late = Long.MAX_VALUE - 100 * MILLI;

    assertThat(admitted(table, 1, 50, late)).isEqualTo(10);
    assertThat(admitted(table, 1, 50, late + 300 * MILLI)).isEqualTo(3);
    assertThat(admitted(table, 1, 50, late + 2 * SECOND)).isEqualTo(10);
  }

  @Test
  void noPeriodSeesMoreThanTwiceTheNumber() {
    long seed = System.nanoTime();
    LoggerFactory.getLogger(SourceTableTest.class).info("seed {}", seed);
    var random = new Random(seed);
    SourceTable table = table(10, TEN, 0);
    List<Long> times = new ArrayList<>();
    long now = START;
    for (int i = 0; i < 20_000; i++) {
      now += random.nextInt(5) == 0 ? random.nextLong(SECOND) : random.nextLong(20 * MILLI);
      if (isAdmitted(table.enter(0, 7, now))) {
        times.add(now);
      }
    }
    for (int i = 20; i < times.size(); i++) {
      assertThat(times.get(i) - times.get(i - 20))
          .as("seed %d", seed)
          .isGreaterThanOrEqualTo(SECOND);
    }
    assertThat(times.size()).as("seed %d", seed).isGreaterThan(10 * 20_000 / 100);
  }

  @Test
  void connectionsAtATimeAreCountedForEachSource() {
    SourceTable table = table(10, Rate.UNLIMITED, 2);

    long first = table.enter(0, 1, START);
    long second = table.enter(0, 1, START);
    assertThat(first).isNotNegative().isEqualTo(second);
    assertThat(table.enter(0, 1, START)).isEqualTo(SourceTable.TOO_MANY);
    assertThat(table.enter(1, 1, START)).isNotNegative();
    table.leave(first);
    assertThat(table.enter(0, 1, START)).isNotNegative();
    assertThat(table.enter(0, 1, START)).isEqualTo(SourceTable.TOO_MANY);
  }

  @Test
  void withoutARateNobodyIsTooFastWhateverTheClock() {
    SourceTable table = table(10, Rate.UNLIMITED, 9);

    assertThat(table.enter(0, 1, START + SECOND)).isNotNegative();
    assertThat(table.enter(0, 1, START)).isNotNegative();
  }

  @Test
  void otherLimitsHoldForWhatHasBeenCountedAlready() {
    SourceTable table = table(10, TEN, 2);
    long first = table.enter(0, 1, START);
    assertThat(first).isNotNegative();
    assertThat(table.enter(0, 1, START)).isEqualTo(first);
    assertThat(table.enter(0, 1, START)).isEqualTo(SourceTable.TOO_MANY);

    table.limit(TEN, 3);
    assertThat(table.enter(0, 1, START)).isEqualTo(first);
    assertThat(table.enter(0, 1, START)).isEqualTo(SourceTable.TOO_MANY);

    table.limit(new Rate(4, Duration.ofSeconds(1)), 0);
    assertThat(table.enter(0, 1, START + 99 * MILLI)).isEqualTo(SourceTable.UNCOUNTED);
    assertThat(table.enter(0, 2, START)).isEqualTo(SourceTable.UNCOUNTED);
    for (int i = 0; i < 3; i++) { // Nobody was counted meanwhile.
      table.leave(first);
    }
    assertThat(table.size()).isEqualTo(2);
  }

  @Test
  void sourceThatHasBeenIdleForLongestIsForgottenFirst() {
    SourceTable table = table(3, TEN, 0);
    for (long source = 1; source <= 3; source++) {
      assertThat(admitted(table, source, 10, START)).isEqualTo(10);
    }
    assertThat(table.enter(0, 1, START)).isEqualTo(SourceTable.TOO_FAST); // Touched all the same.

    assertThat(table.enter(0, 4, START)).isEqualTo(SourceTable.UNCOUNTED);

    assertThat(table.size()).isEqualTo(3);
    assertThat(table.enter(0, 1, START)).isEqualTo(SourceTable.TOO_FAST);
    assertThat(table.enter(0, 3, START)).isEqualTo(SourceTable.TOO_FAST);
    assertThat(table.enter(0, 2, START)).as("forgotten").isEqualTo(SourceTable.UNCOUNTED);
  }

  @Test
  void sourcesWithConnectionsAreNeverForgotten() {
    SourceTable table = table(2, Rate.UNLIMITED, 1);
    long first = table.enter(0, 1, START);
    assertThat(table.enter(0, 2, START)).isNotNegative();

    assertThat(table.enter(0, 3, START + SECOND)).isEqualTo(SourceTable.FULL);
    assertThat(table.enter(0, 1, START)).isEqualTo(SourceTable.TOO_MANY);
    table.leave(first);
    assertThat(table.enter(0, 3, START)).isNotNegative();
    assertThat(table.enter(0, 2, START)).isEqualTo(SourceTable.TOO_MANY);
  }

  @Test
  void sourcesWhoseTimeIsOverAreClearedAwayOnTheWay() {
    SourceTable table = table(200, TEN, 0);
    for (int source = 0; source < 100; source++) {
      table.enter(0, source, START);
    }
    assertThat(table.size()).isEqualTo(100);

    for (int i = 0; i < 60; i++) {
      table.enter(0, 1000, START + SECOND);
    }

    assertThat(table.size()).isOne();
  }

  @Test
  void tenMillionAttemptsOfAHundredThousandSourcesStayWithinTheBound() {
    long seed = System.nanoTime();
    LoggerFactory.getLogger(SourceTableTest.class).info("seed {}", seed);
    var random = new Random(seed);
    SourceTable table = table(50_000, new Rate(5, Duration.ofSeconds(1)), 3);
    assertThat(table.bytes()).isLessThanOrEqualTo(50_000L * SourceTable.BYTES_PER_SOURCE);
    Map<Integer, List<Long>> places = new HashMap<>();
    long now = START;
    long entered = 0;
    long left = 0;
    for (int i = 0; i < 10_000_000; i++) {
      now += 1000;
      int source = random.nextInt(100_000);
      long place = table.enter(source >> 4, V4 + source, now);
      if (place >= 0) {
        entered++;
        List<Long> own = places.computeIfAbsent(source, s -> new ArrayList<>());
        own.add(place);
        assertThat(own.size() <= 3 && own.get(0) == place).isTrue();
      }
      List<Long> leaving = places.get(random.nextInt(100_000));
      if (leaving != null && !leaving.isEmpty()) {
        table.leave(leaving.remove(leaving.size() - 1));
        left++;
      }
    }
    assertThat(table.size()).isLessThanOrEqualTo(table.capacity());
    assertThat(entered).isGreaterThan(100_000);

    for (List<Long> own : places.values()) {
      for (long place : own) {
        table.leave(place);
        left++;
      }
    }
    assertThat(left).as("seed %d", seed).isEqualTo(entered);
    // Nobody has a connection, so that everybody can be forgotten for somebody new.
    now += SECOND;
    int capacity = table.capacity();
    int full = 0;
    for (int i = 0; i < 3 * capacity; i++) {
      full += table.enter(7, i, now) == SourceTable.FULL ? 1 : 0;
    }
    // All of these have connections: what is left over finds no place, and no place is unused.
    assertThat(table.size()).isEqualTo(capacity);
    assertThat(full).isEqualTo(2 * capacity);
  }

  @Test
  void threadsNeverHaveMoreConnectionsOfASourceThanItMay() throws Exception {
    int threads = 4;
    int sources = 300;
    SourceTable table = table(1000, Rate.UNLIMITED, 3);
    AtomicInteger[] held = new AtomicInteger[sources];
    for (int i = 0; i < sources; i++) {
      held[i] = new AtomicInteger();
    }
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    List<Future<Integer>> results = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      long seed = 31L * t + 1;
      results.add(executor.submit(() -> enterAndLeave(table, held, new Random(seed))));
    }
    int most = 0;
    for (Future<Integer> result : results) {
      most = Math.max(most, result.get(60, TimeUnit.SECONDS));
    }
    executor.shutdown();

    assertThat(most).isEqualTo(3);
    for (int source = 0; source < sources; source++) {
      assertThat(admitted(table, source, 5, START)).as("source %d", source).isEqualTo(3);
    }
  }

  /** Returns the most connections of one source that were seen. */
  private static int enterAndLeave(SourceTable table, AtomicInteger[] held, Random random) {
    long[] places = new long[64];
    int[] owners = new int[places.length];
    Arrays.fill(places, -1);
    int most = 0;
    for (int i = 0; i < 400_000; i++) {
      int slot = random.nextInt(places.length);
      if (places[slot] >= 0) {
        held[owners[slot]].decrementAndGet();
        table.leave(places[slot]);
        places[slot] = -1;
      } else {
        owners[slot] = random.nextInt(held.length);
        places[slot] = table.enter(0, owners[slot], START + i);
        if (places[slot] >= 0) {
          most = Math.max(most, held[owners[slot]].incrementAndGet());
        }
      }
    }
    for (int slot = 0; slot < places.length; slot++) {
      if (places[slot] >= 0) {
        held[owners[slot]].decrementAndGet();
        table.leave(places[slot]);
      }
    }
    return most;
  }

  @Test
  void hashIsThatOfTheReference() {
    // The key 00 01 … 0f and the message 00 01 … 0f, little-endian as the paper has it.
    var hash = new SipHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);

    assertThat(hash.of(0x0706050403020100L, 0x0f0e0d0c0b0a0908L)).isEqualTo(SIP_1_3);
  }

  /** Of an independent implementation that gives the vectors of the paper for 2-4. */
  private static final long SIP_1_3 = 0xcc4fdd1a7d908b66L;

  @Test
  void addressesThatCollideInOneProcessDoNotInAnother() {
    int shards = 64;
    List<Long> together = new ArrayList<>();
    SipHash known = SourceTable.seed();
    for (long address = 0; together.size() < 2000; address++) {
      if ((known.of(0, address) >>> 32 & (shards - 1)) == 0) {
        together.add(address);
      }
    }
    SipHash other = SourceTable.seed();
    int[] counts = new int[shards];
    together.forEach(address -> counts[(int) (other.of(0, address) >>> 32) & (shards - 1)]++);

    assertThat(counts[0]).isLessThan(200);
    assertThat(Arrays.stream(counts).min().getAsInt()).isPositive();
  }
}
