package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.OpenDescriptors;
import io.sluice.stats.Counter;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Row 8. At an urgent mark splice(2) says EAGAIN for ever, and 0 once a FIN has come, with data
 * still behind the mark: a hang, a spin or a truncation that one byte of any client can cause.
 */
@ExtendWith(OpenDescriptors.class)
class UrgentDataTest {
  /** A flow that changes its way with every size of read. */
  private static final String RESTLESS =
      "pump { mode = auto, splice-after-reads = 1, splice-at-least = 4KiB, copy-after-fills = 1,"
          + " copy-below = 2KiB }";

  @ParameterizedTest(name = "mode = {0}")
  @ValueSource(strings = {"splice", "copy"})
  @DisplayName("8: an urgent byte in the middle of a burst, which is one edge of epoll")
  void urgentByteInABurstStaysInItsPlace(String mode) throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("pump.mode = " + mode)) {
      LoopHarness.Pair pair = harness.pair();

      pair.client().send("abc").sendUrgent('!').send("def");

      harness.expect(pair.server(), "abc!def");
      Quiet.expect(harness);
      pair.client().send("ghi");
      harness.expect(pair.server(), "abc!defghi");
      end(harness, pair);
    }
  }

  @ParameterizedTest(name = "mode = {0}")
  @ValueSource(strings = {"splice", "copy"})
  @DisplayName("8: the same burst with a FIN behind it")
  void finBehindAnUrgentByteDoesNotTruncate(String mode) throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("pump.mode = " + mode)) {
      LoopHarness.Pair pair = harness.pair();

      pair.client().send("abc").sendUrgent('!').send("def").finish();

      harness.expect(pair.server(), "abc!def");
      harness.expectEof(pair.server());
      Quiet.expect(harness);
      pair.server().send("answer").finish();
      harness.expect(pair.client(), "answer");
      harness.expectNothingLeft();
    }
  }

  @ParameterizedTest(name = "mode = {0}")
  @ValueSource(strings = {"splice", "copy"})
  @DisplayName("8: an urgent byte as the last one, and as the only one, with and without a FIN")
  void urgentByteAtTheEndIsDelivered(String mode) throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("pump.mode = " + mode)) {
      LoopHarness.Pair pair = harness.pair();

      pair.client().sendUrgent('1');
      harness.expect(pair.server(), "1");
      pair.client().send("abc").sendUrgent('2');
      harness.expect(pair.server(), "1abc2");
      Quiet.expect(harness);
      pair.client().sendUrgent('3').sendUrgent('4').finish();
      harness.expect(pair.server(), "1abc234");
      harness.expectEof(pair.server());

      pair.server().sendUrgent('5').finish();
      harness.expect(pair.client(), "5");
      harness.expectEof(pair.client());
      harness.expectNothingLeft();
    }
  }

  @ParameterizedTest(name = "mode = {0}")
  @ValueSource(strings = {"splice", "copy"})
  @DisplayName("8: an urgent byte that comes behind data which the target does not take")
  void urgentByteBehindABlockedFlowWaitsItsTurn(String mode) throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("pump.mode = " + mode)) {
      LoopHarness.Pair pair = harness.pair();
      Delivery delivery = new Delivery(pair.client(), pair.server(), Delivery.random(8, 32 << 20));
      harness.turnUntil(
          "a blocked flow",
          () -> {
            delivery.write(64 << 10);
            return harness.counted(Counter.PUMP_STALLS) > 0;
          });
      delivery.writeUrgent();

      Quiet.expect(harness);

      delivery.finish(harness);
      end(harness, pair);
    }
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"pump.mode = splice", "pump.mode = copy", RESTLESS})
  @DisplayName("8: urgent bytes anywhere in megabytes, also while a flow changes its way")
  void urgentBytesAnywhereAreExact(String settings) throws Exception {
    long seed = Seed.of(UrgentDataTest.class);
    Random random = new Random(seed);
    try (LoopHarness harness = LoopHarness.epoll("tcp.send-buffer = 32KiB\n" + settings)) {
      LoopHarness.Pair pair = harness.pair();
      Delivery delivery =
          new Delivery(pair.client(), pair.server(), Delivery.random(seed, 4 << 20));

      harness.turnUntil(
          "all of it",
          () -> {
            for (int burst = random.nextInt(4); burst > 0; burst--) {
              delivery.write(1 + random.nextInt(random.nextBoolean() ? 100 : 40_000));
              if (random.nextInt(3) == 0 && delivery.left() > 0) {
                writeUrgent(delivery);
              }
            }
            delivery.read(random.nextInt(100_000));
            return delivery.hasArrived();
          });

      delivery.check();
      Quiet.expect(harness);
      if (settings.equals(RESTLESS)) {
        assertThat(harness.counted(Counter.PUMP_SWITCHES)).isGreaterThan(2);
      }
      pair.client().send("x").sendUrgent('y').finish();
      harness.turnUntil("EOF", () -> pair.server().read().isEof());
      assertThat(pair.server().count()).isEqualTo((4 << 20) + 2);
      pair.server().finish();
      harness.expectNothingLeft();
    }
  }

  /** Out of room for it, the byte stays the next one. */
  private static void writeUrgent(Delivery delivery) {
    try {
      delivery.writeUrgent();
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("full");
    }
  }

  private static void end(LoopHarness harness, LoopHarness.Pair pair) throws Exception {
    pair.client().finish();
    pair.server().finish();
    harness.expectEof(pair.server());
    harness.expectEof(pair.client());
    harness.expectNothingLeft();
  }
}
