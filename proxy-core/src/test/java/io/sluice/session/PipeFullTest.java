package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.FaultySyscalls.Call;
import io.sluice.linux.OpenDescriptors;
import io.sluice.stats.Counter;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A pipe is full when its slots are, whatever the bytes in it; and whoever waits for a blocked
 * target must wait, not ask.
 */
@ExtendWith(OpenDescriptors.class)
class PipeFullTest {
  private static final String SMALL_SEND_BUFFER = "tcp.send-buffer = 16KiB\n";

  /** A round that takes longer was not given a processor, which is no stall of the flow. */
  private static final long ROUND_MAX_NS = Duration.ofMillis(5).toNanos();

  @Test
  @DisplayName("2: ten thousand tiny writes reach a slow reader without a stall")
  void tinyWritesReachASlowReaderWithoutAStall() throws Exception {
    Random random = new Random(Seed.of(PipeFullTest.class));
    try (LoopHarness harness =
        LoopHarness.epoll(SMALL_SEND_BUFFER + "pump { mode = splice, pipe-size = 64KiB }")) {
      LoopHarness.Pair pair = harness.pair(harness.slowClient());
      byte[] content = Delivery.random(1, 205_000);
      Delivery delivery = new Delivery(pair.server(), pair.client(), content);
      int writes = 0;
      long longestStallNs = 0;
      long stallNs = 0;
      long beforeNs = System.nanoTime();

      while (!delivery.hasArrived()) {
        for (int burst = random.nextInt(64); burst > 0 && !delivery.isWritten(); burst--) {
          writes += delivery.write(1 + random.nextInt(40)) > 0 ? 1 : 0;
        }
        harness.loop.turn(random.nextInt(2));
        if (random.nextInt(8) == 0 && delivery.read(1 + random.nextInt(4000)) > 0) {
          longestStallNs = Math.max(longestStallNs, stallNs);
          stallNs = 0;
        }
        long nowNs = System.nanoTime();
        stallNs += Math.min(nowNs - beforeNs, ROUND_MAX_NS);
        beforeNs = nowNs;
        assertThat(Duration.ofNanos(stallNs)).isLessThan(Duration.ofSeconds(5));
      }

      delivery.check();
      assertThat(writes).isGreaterThan(9_000);
      assertThat(Duration.ofNanos(longestStallNs)).isLessThan(Duration.ofSeconds(1));
      expectMostlySpliced(harness, Counter.SPLICED_TO_CLIENT, content.length);
      assertThat(harness.counted(Counter.PUMP_STALLS)).isPositive();
      end(harness, pair);
    }
  }

  @ParameterizedTest(name = "pipe-size = {0}")
  @ValueSource(strings = {"64KiB", "256KiB", "1MiB"})
  @DisplayName("3: pipes hold more or less than their size says, and nothing minds")
  void bulkIsExactThroughPipesOfEverySize(String pipeSize) throws Exception {
    Random random = new Random(Seed.of(PipeFullTest.class));
    String pump = "pump { mode = splice, pipe-size = " + pipeSize + " }";
    try (LoopHarness harness = LoopHarness.epoll(SMALL_SEND_BUFFER + pump)) {
      LoopHarness.Pair pair = harness.pair();
      Delivery up = new Delivery(pair.client(), pair.server(), Delivery.random(1, 8 << 20));
      Delivery down = new Delivery(pair.server(), pair.client(), Delivery.random(2, 8 << 20));

      harness.turnUntil(
          "both directions",
          () -> {
            up.write(1 + random.nextInt(200_000));
            down.write(1 + random.nextInt(200_000));
            up.read(random.nextInt(400_000));
            down.read(random.nextInt(400_000));
            return up.hasArrived() && down.hasArrived();
          });

      up.check();
      down.check();
      expectMostlySpliced(harness, Counter.SPLICED_TO_SERVER, 8 << 20);
      expectMostlySpliced(harness, Counter.SPLICED_TO_CLIENT, 8 << 20);
      assertThat(harness.counted(Counter.PUMP_STALLS)).isPositive();
      end(harness, pair);
    }
  }

  @ParameterizedTest(name = "mode = {0}")
  @ValueSource(strings = {"splice", "copy"})
  @DisplayName("4: with both directions blocked nothing is tried until something is read")
  void blockedInBothDirectionsTheLoopSleeps(String mode) throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("pump.mode = " + mode)) {
      LoopHarness.Pair pair = harness.pair();
      Delivery up = new Delivery(pair.client(), pair.server(), Delivery.random(1, 32 << 20));
      Delivery down = new Delivery(pair.server(), pair.client(), Delivery.random(2, 32 << 20));
      up.stuff(harness);
      down.stuff(harness);
      assertThat(held(harness)).isEqualTo(2);

      Quiet.expect(harness);

      up.finish(harness);
      down.finish(harness);
      end(harness, pair);
    }
  }

  @ParameterizedTest(name = "mode = {0}")
  @ValueSource(strings = {"splice", "copy"})
  @DisplayName("4: a blocked direction is not tried again on the events of the other one")
  void aBlockedDirectionIsLeftAloneWhileTheOtherWorks(String mode) throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("pump.mode = " + mode)) {
      LoopHarness.Pair pair = harness.pair();
      Delivery down = new Delivery(pair.server(), pair.client(), Delivery.random(2, 32 << 20));
      down.stuff(harness);

      long calls = 0;
      int blocked = 0;
      String text = "";
      for (int i = 0; i < 200; i++) {
        long stalls = harness.counted(Counter.PUMP_STALLS);
        long moves = moves(harness);
        long delivered = harness.counted(Counter.BYTES_TO_CLIENT);
        pair.client().send("x");
        text += "x";
        harness.expect(pair.server(), text);
        // Kernels find room for a little more later, and then it is right to go on.
        if (harness.counted(Counter.BYTES_TO_CLIENT) == delivered) {
          assertThat(harness.counted(Counter.PUMP_STALLS)).isEqualTo(stalls);
          calls += moves(harness) - moves;
          blocked++;
        }
      }

      assertThat(blocked).isGreaterThan(150);
      assertThat(calls)
          .as("calls for %s bytes, one at a time: in, out, in again to find nothing", blocked)
          .isLessThanOrEqualTo(4L * blocked);
      down.finish(harness);
      end(harness, pair);
    }
  }

  @ParameterizedTest(name = "mode = {0}")
  @ValueSource(strings = {"splice", "copy"})
  @DisplayName("5: a FIN behind a full pipe arrives after the last byte")
  void finBehindAFullPipeArrivesAfterTheLastByte(String mode) throws Exception {
    try (LoopHarness harness = LoopHarness.epoll(SMALL_SEND_BUFFER + "pump.mode = " + mode)) {
      LoopHarness.Pair pair = harness.pair(harness.slowClient());
      Delivery down = new Delivery(pair.server(), pair.client(), Delivery.random(3, 400_000));
      while (!down.isWritten()) {
        down.write(Integer.MAX_VALUE);
        harness.loop.turn(1);
      }
      pair.server().finish();
      harness.turns(20);
      assertThat(held(harness)).isEqualTo(1);
      Quiet.expect(harness);

      harness.expectEof(pair.client());

      down.check();
      pair.client().finish();
      harness.expectNothingLeft();
    }
  }

  /** Bytes that come after splice has found none, but before recv is asked too, are copied. */
  private static void expectMostlySpliced(LoopHarness harness, Counter spliced, long bytes) {
    assertThat(harness.counted(spliced)).isBetween(bytes / 10 * 9, bytes);
  }

  /** Flows that hold bytes, in a pipe or in a buffer. */
  private static int held(LoopHarness harness) {
    return harness.poller.usage().pipesInUse() + harness.poller.usage().buffersInUse();
  }

  private static long moves(LoopHarness harness) {
    return harness.sys.calls(Call.SPLICE)
        + harness.sys.calls(Call.RECV)
        + harness.sys.calls(Call.SEND);
  }

  private static void end(LoopHarness harness, LoopHarness.Pair pair) throws Exception {
    pair.client().finish();
    pair.server().finish();
    harness.expectEof(pair.server());
    harness.expectEof(pair.client());
    harness.expectNothingLeft();
  }
}
