package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.OpenDescriptors;
import io.sluice.stats.Counter;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A flow that changes between copy and splice keeps its bytes in order: never in two places. */
@ExtendWith(OpenDescriptors.class)
class ModeSwitchTest {
  private static final int BYTES = 8 << 20;

  @ParameterizedTest(name = "send-buffer = {0}")
  @ValueSource(strings = {"auto", "16KiB"})
  @DisplayName("21: bulk and small writes in turn, both ways used, every byte in its place")
  void changesUnderLoadKeepEveryByteInItsPlace(String sendBuffer) throws Exception {
    long seed = Seed.of(ModeSwitchTest.class);
    Random random = new Random(seed);
    try (LoopHarness harness = LoopHarness.epoll("tcp.send-buffer = " + sendBuffer)) {
      LoopHarness.Pair pair = harness.pair();
      Delivery up = new Delivery(pair.client(), pair.server(), Delivery.random(seed, BYTES));
      Delivery down = new Delivery(pair.server(), pair.client(), Delivery.random(-seed, BYTES));

      int[] step = new int[1];
      harness.turnUntil(
          "both directions",
          () -> {
            boolean small = step[0]++ / 12 % 2 == 1;
            int max = small ? 2_000 : 250_000;
            up.write(1 + random.nextInt(max));
            down.write(1 + random.nextInt(max));
            up.read(random.nextInt(500_000));
            down.read(random.nextInt(500_000));
            return up.hasArrived() && down.hasArrived();
          });

      up.check();
      down.check();
      long spliced =
          harness.counted(Counter.SPLICED_TO_SERVER) + harness.counted(Counter.SPLICED_TO_CLIENT);
      assertThat(spliced).as("spliced").isBetween(BYTES / 10L, 2L * BYTES - BYTES / 100);
      // How often depends on what the kernel hands over at a time; at least once each way.
      assertThat(harness.counted(Counter.PUMP_SWITCHES)).isGreaterThanOrEqualTo(2);
      pair.client().finish();
      pair.server().finish();
      harness.expectEof(pair.client());
      harness.expectEof(pair.server());
      harness.expectNothingLeft();
    }
  }

  @Test
  @DisplayName("21: a flow turns to splice for bulk, back for small messages, and to bulk again")
  void theWayFollowsTheSizes() throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("")) {
      LoopHarness.Pair pair = harness.pair();
      Delivery delivery = new Delivery(pair.client(), pair.server(), Delivery.random(1, 4 << 20));

      long bulk = splicedOf(harness, delivery, 32 << 10);
      assertThat(bulk / (32 << 10)).as("all but the two reads that tell bulk").isBetween(7L, 8L);

      long small = splicedOf(harness, delivery, 100);
      assertThat(small / 100).as("only the fills that tell small messages").isBetween(3L, 4L);

      long bulkAgain = splicedOf(harness, delivery, 32 << 10);
      assertThat(bulkAgain / (32 << 10)).isBetween(7L, 8L);
      assertThat(harness.counted(Counter.PUMP_SWITCHES)).isGreaterThanOrEqualTo(3);
      delivery.check();
    }
  }

  /** Sends ten messages, one at a time; returns how many of their bytes were spliced. */
  private static long splicedOf(LoopHarness harness, Delivery delivery, int bytes) {
    long before = harness.counted(Counter.SPLICED_TO_SERVER);
    for (int i = 0; i < 10; i++) {
      assertThat(delivery.write(bytes)).isEqualTo(bytes);
      int expected = delivery.written();
      harness.turnUntil(
          "a message",
          () -> {
            delivery.read(bytes);
            return delivery.arrived() == expected;
          });
    }
    return harness.counted(Counter.SPLICED_TO_SERVER) - before;
  }
}
