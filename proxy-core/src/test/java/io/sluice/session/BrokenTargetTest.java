package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.Errno;
import io.sluice.linux.FaultySyscalls.Call;
import io.sluice.linux.OpenDescriptors;
import io.sluice.stats.Counter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A target that dies with bytes on their way to it: they go nowhere else, and nothing stays. */
@ExtendWith(OpenDescriptors.class)
class BrokenTargetTest {

  @ParameterizedTest(name = "mode = {0}")
  @ValueSource(strings = {"splice", "copy"})
  @DisplayName("10: a client that dies before a full pipe takes its session with it")
  void deadTargetReleasesWhatWasHeldForIt(String mode) throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("pump.mode = " + mode)) {
      for (int run = 0; run < 5; run++) {
        LoopHarness.Pair pair = harness.pair();
        new Delivery(pair.server(), pair.client(), new byte[32 << 20]).stuff(harness);
        assertThat(harness.poller.usage().pipesInUse() + harness.poller.usage().buffersInUse())
            .isEqualTo(1);
        int pipes = harness.poller.usage().pipesInUse();

        pair.client().reset();

        harness.expectReset(pair.server());
        harness.expectNothingLeft();
        assertThat(harness.poller.usage().pipesIdle())
            .as("the pipe with bytes in it was closed")
            .isLessThanOrEqualTo(2 - pipes);
      }
      assertThat(harness.counted(Counter.BYTES_DISCARDED)).isPositive();
      assertThat(harness.counted(Counter.CLOSED_BY_CLIENT)).isEqualTo(5);
    }
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"SPLICE", "SEND"})
  @DisplayName("10: a failed write ends its flow although the connection says nothing else")
  void failedWriteEndsTheFlow(Call call) throws Exception {
    String mode = call == Call.SPLICE ? "splice" : "copy";
    try (LoopHarness harness = LoopHarness.epoll("pump.mode = " + mode)) {
      LoopHarness.Pair pair = harness.pair();
      Delivery delivery = new Delivery(pair.server(), pair.client(), new byte[32 << 20]);
      delivery.stuff(harness);
      // The next call is the one that goes on with what is held.
      harness.sys.failNth(call, 1, Errno.EPIPE);

      harness.turnUntil(
          "the failure",
          () -> {
            delivery.read(Integer.MAX_VALUE);
            return harness.sys.injected(call) == 1;
          });

      assertThat(harness.poller.usage().pipesInUse()).isZero();
      assertThat(harness.poller.usage().buffersInUse()).isZero();
      Quiet.expect(harness);
      harness.pass(Duration.ofSeconds(31));
      harness.expectNothingLeft();
      harness.expectReset(pair.client());
      assertThat(harness.counted(Counter.BYTES_DISCARDED)).isPositive();
    }
  }

  @Test
  @DisplayName("11: bytes for a client that has died never reach a later one")
  void secretOfADeadSessionNeverReachesALaterOne() throws Exception {
    byte[] secret = "SECRET".repeat(500_000).getBytes(StandardCharsets.US_ASCII);
    try (LoopHarness harness = LoopHarness.epoll("tcp.send-buffer = 16KiB\npump.mode = splice")) {
      for (int run = 0; run < 10; run++) {
        LoopHarness.Pair victim = harness.pair(harness.slowClient());
        Delivery delivery = new Delivery(victim.server(), victim.client(), secret);
        harness.turnUntil(
            "a full pipe",
            () -> {
              delivery.write(Integer.MAX_VALUE);
              return harness.poller.usage().pipesInUse() == 1;
            });
        victim.client().reset();
        harness.expectReset(victim.server());
        harness.expectNothingLeft();

        for (int other = 0; other < 100; other++) {
          expectOnlyItsOwn(harness);
        }
      }
      assertThat(harness.counted(Counter.SPLICED_TO_CLIENT)).isPositive();
    }
  }

  private static void expectOnlyItsOwn(LoopHarness harness) throws Exception {
    LoopHarness.Pair pair = harness.pair();
    pair.client().send("question").finish();
    harness.expect(pair.server(), "question");
    harness.expectEof(pair.server());
    pair.server().send("answer").finish();
    harness.expectEof(pair.client());
    assertThat(pair.client().text()).isEqualTo("answer");
    harness.expectNothingLeft();
    pair.client().close();
    pair.server().close();
  }

  @Test
  @DisplayName("25: splice to a client that has reset raises SIGPIPE, and the sessions beside live")
  void resetTargetDoesNotHurtTheSessionsBeside() throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("pump.mode = splice")) {
      LoopHarness.Pair beside = harness.pair();
      for (int run = 0; run < 20; run++) {
        LoopHarness.Pair pair = harness.pair();
        byte[] content = new byte[100_000];
        Arrays.fill(content, (byte) run);
        Delivery delivery = new Delivery(pair.server(), pair.client(), content);
        delivery.write(50_000);
        pair.client().reset();
        delivery.write(50_000);
        harness.turnUntil("the end", () -> harness.sessions.size() == 1);
      }

      beside.client().send("still here");
      harness.expect(beside.server(), "still here");
    }
  }
}
