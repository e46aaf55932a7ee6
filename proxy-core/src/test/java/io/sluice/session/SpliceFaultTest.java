package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.Errno;
import io.sluice.linux.FaultySyscalls.Call;
import io.sluice.linux.OpenDescriptors;
import io.sluice.stats.Counter;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** System calls that move bytes and fail, move little, or refuse: no byte is lost or doubled. */
@ExtendWith(OpenDescriptors.class)
class SpliceFaultTest {
  private static final int BYTES = 1 << 20;

  @ParameterizedTest(name = "mode = {0}")
  @ValueSource(strings = {"splice", "copy", "auto"})
  @DisplayName("26: signals that interrupt every second call of every kind change nothing")
  void interruptedCallsAreRepeated(String mode) throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("pump.mode = " + mode)) {
      for (Call call :
          new Call[] {
            Call.ACCEPT4,
            Call.CONNECT,
            Call.RECV,
            Call.SEND,
            Call.SPLICE,
            Call.READ,
            Call.WRITE,
            Call.EPOLL_WAIT,
            Call.CLOSE
          }) {
        harness.sys.failEvery(call, 2, Errno.EINTR);
      }
      for (int run = 0; run < 10; run++) {
        expectExactSession(harness, run, BYTES / 4);
      }
      assertThat(harness.sys.injected(Call.CONNECT)).isPositive();
      assertThat(harness.sys.injected(Call.EPOLL_WAIT)).isPositive();
      assertThat(harness.sys.injected(mode.equals("splice") ? Call.SPLICE : Call.RECV))
          .isPositive();
      assertThat(harness.counted(Counter.CLOSED_NORMALLY)).isEqualTo(10);
    }
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"EINVAL", "ENOSYS", "EPERM"})
  @DisplayName("27: a socket that refuses its first splice is copied")
  void refusalOfTheFirstSpliceTurnsToCopy(String errno) throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("pump.mode = splice")) {
      harness.sys.failNth(Call.SPLICE, 1, errno(errno));
      LoopHarness.Pair pair = harness.pair();
      Delivery refused = new Delivery(pair.client(), pair.server(), Delivery.random(1, BYTES));
      refused.finish(harness);
      assertThat(harness.counted(Counter.SPLICED_TO_SERVER)).isZero();

      Delivery other = new Delivery(pair.server(), pair.client(), Delivery.random(2, BYTES));
      other.finish(harness);

      assertThat(harness.counted(Counter.SPLICED_TO_CLIENT)).isGreaterThan(BYTES / 2);
      end(harness, pair);
    }
  }

  @ParameterizedTest(name = "mode = {0}")
  @ValueSource(strings = {"splice", "auto"})
  @DisplayName("27: a refusal in mid-stream turns that flow to copy for good, at that very byte")
  void refusalInMidStreamTurnsToCopyForGood(String mode) throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("pump.mode = " + mode)) {
      LoopHarness.Pair pair = harness.pair();
      Delivery delivery =
          new Delivery(pair.client(), pair.server(), Delivery.random(1, 16 * BYTES));
      harness.turnUntil(
          "splices",
          () -> {
            delivery.write(64 << 10);
            delivery.read(Integer.MAX_VALUE);
            return harness.counted(Counter.SPLICED_TO_SERVER) > BYTES
                && harness.poller.usage().pipesInUse() == 0;
          });
      long spliced = harness.counted(Counter.SPLICED_TO_SERVER);
      harness.sys.failNth(Call.SPLICE, 1, Errno.EINVAL);

      delivery.finish(harness);

      assertThat(harness.sys.injected(Call.SPLICE)).isEqualTo(1);
      assertThat(harness.counted(Counter.SPLICED_TO_SERVER)).isEqualTo(spliced);
      end(harness, pair);
    }
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"EINVAL", "ENOSYS", "EPERM"})
  @DisplayName("27: where splice never works it is soon no longer tried, and that is said once")
  void permanentRefusalEndsAllAttempts(String errno) throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("pump.mode = splice");
        LogCapture said = new LogCapture()) {
      harness.sys.failAlways(Call.SPLICE, errno(errno));
      for (int run = 0; run < 20; run++) {
        expectExactSession(harness, run, 50_000);
      }
      long tried = harness.sys.calls(Call.SPLICE);
      for (int run = 0; run < 20; run++) {
        expectExactSession(harness, run, 50_000);
      }

      assertThat(tried).isBetween(2L, 20L);
      assertThat(harness.sys.calls(Call.SPLICE)).isEqualTo(tried);
      assertThat(said.times("splice was refused (" + errno + ")")).isEqualTo(1);
      assertThat(said.times("all flows are copied from now on")).isEqualTo(1);
    }
  }

  @Test
  @DisplayName("27: one socket that refuses does not turn off splice for the others")
  void oneFlowCountsAsOneRefusal() throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("");
        LogCapture said = new LogCapture()) {
      harness.sys.failAlways(Call.SPLICE, Errno.EINVAL);
      LoopHarness.Pair refusing = harness.pair();
      Delivery copied =
          new Delivery(refusing.client(), refusing.server(), Delivery.random(1, 16 * BYTES));
      copied.finish(harness);
      assertThat(harness.sys.calls(Call.SPLICE)).isEqualTo(1);
      assertThat(said.times("all flows are copied from now on")).isZero();

      harness.sys.heal();
      LoopHarness.Pair other = harness.pair();
      new Delivery(other.client(), other.server(), Delivery.random(2, 4 * BYTES)).finish(harness);

      assertThat(harness.counted(Counter.SPLICED_TO_SERVER)).isPositive();
    }
  }

  @ParameterizedTest(name = "mode = {0}, at most {1} bytes a call")
  @CsvSource({"splice, 1", "copy, 1", "splice, 3000", "copy, 3000", "auto, 40000"})
  @DisplayName("transfers of one byte, and of random sizes, are exact")
  void shortTransfersAreExact(String mode, int cap) throws Exception {
    long seed = Seed.of(SpliceFaultTest.class);
    try (LoopHarness harness = LoopHarness.seeded(seed, "pump.mode = " + mode)) {
      harness.sys.cap(Call.SPLICE, cap).cap(Call.RECV, cap).cap(Call.SEND, cap).randomizeCaps();

      expectExactSession(harness, seed, cap == 1 ? 20_000 : BYTES);
    }
  }

  @ParameterizedTest(name = "mode = {0}, every call number {1}")
  @CsvSource({"splice, 2", "splice, 3", "copy, 2", "copy, 3", "auto, 5"})
  @DisplayName("EAGAIN when nobody expects it stops nothing and loses nothing")
  void stormsOfEagainAreExact(String mode, int every) throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("pump.mode = " + mode)) {
      for (Call call : new Call[] {Call.SPLICE, Call.RECV, Call.SEND}) {
        harness.sys.failEvery(call, every, Errno.EAGAIN);
      }

      expectExactSession(harness, every, BYTES);

      assertThat(
              harness.sys.injected(Call.SPLICE)
                  + harness.sys.injected(Call.RECV)
                  + harness.sys.injected(Call.SEND))
          .isGreaterThan(5);
    }
  }

  @Test
  @DisplayName("short transfers, EAGAIN and EINTR together, at random")
  void everythingAtOnceIsExact() throws Exception {
    long seed = Seed.of(SpliceFaultTest.class);
    Random random = new Random(seed);
    for (String mode : new String[] {"splice", "copy", "auto"}) {
      try (LoopHarness harness = LoopHarness.seeded(random.nextLong(), "pump.mode = " + mode)) {
        for (Call call : new Call[] {Call.SPLICE, Call.RECV, Call.SEND}) {
          harness
              .sys
              .cap(call, 30_000)
              .failRandomly(call, 0.1, Errno.EAGAIN)
              .failRandomly(call, 0.1, Errno.EINTR);
        }
        harness.sys.randomizeCaps().failRandomly(Call.EPOLL_WAIT, 0.1, Errno.EINTR);

        expectExactSession(harness, random.nextLong(), 2 * BYTES);
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"SPLICE, splice", "RECV, copy"})
  @DisplayName("a reset in mid-flow ends the session, and what came before it is delivered")
  void resetInMidFlowEndsTheSession(Call call, String mode) throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("pump.mode = " + mode)) {
      LoopHarness.Pair pair = harness.pair();
      pair.client().send("before");
      harness.expect(pair.server(), "before");
      harness.sys.failNth(call, 1, Errno.ECONNRESET);

      pair.client().send("lost");

      harness.expectLateReset(pair.server());
      assertThat(pair.server().text()).isEqualTo("before");
      harness.expectNothingLeft();
      assertThat(harness.counted(Counter.CLOSED_BY_CLIENT)).isEqualTo(1);
    }
  }

  @Test
  @DisplayName("a server that refuses at once is passed over for the next one")
  void refusedServerIsPassedOver() throws Exception {
    try (LoopHarness harness = LoopHarness.epoll(2, "")) {
      harness.sys.failNth(Call.CONNECT, 1, Errno.ECONNREFUSED);
      Peer client = harness.client();
      client.send("question");

      Peer server = harness.accepted(1);

      harness.expect(server, "question");
      assertThat(harness.counted(Counter.CONNECT_FAILURES)).isEqualTo(1);
      assertThat(harness.counted(Counter.CONNECT_ATTEMPTS)).isEqualTo(2);
    }
  }

  @Test
  @DisplayName("when every server refuses, the client is told by the end of its connection")
  void allServersRefusingEndsTheSession() throws Exception {
    try (LoopHarness harness = LoopHarness.epoll(2, "retries = 1\n")) {
      harness.sys.failAlways(Call.CONNECT, Errno.ECONNREFUSED);
      Peer client = harness.client();

      harness.turnUntil("the end", () -> client.read().isEof() || client.isBroken());

      harness.expectNothingLeft();
      assertThat(harness.counted(Counter.CONNECT_FAILURES)).isEqualTo(2);
      assertThat(harness.counted(Counter.CLOSED_NO_SERVER)).isEqualTo(1);
    }
  }

  /** A whole session, {@code bytes} in both directions at a time. */
  private static void expectExactSession(LoopHarness harness, long seed, int bytes)
      throws Exception {
    LoopHarness.Pair pair = harness.pair();
    Delivery up = new Delivery(pair.client(), pair.server(), Delivery.random(seed, bytes));
    Delivery down = new Delivery(pair.server(), pair.client(), Delivery.random(~seed, bytes));
    harness.turnUntil(
        "both directions",
        () -> {
          up.write(Integer.MAX_VALUE);
          down.write(Integer.MAX_VALUE);
          up.read(Integer.MAX_VALUE);
          down.read(Integer.MAX_VALUE);
          return up.hasArrived() && down.hasArrived();
        });
    up.check();
    down.check();
    end(harness, pair);
  }

  private static void end(LoopHarness harness, LoopHarness.Pair pair) throws Exception {
    pair.client().finish();
    harness.expectEof(pair.server());
    pair.server().finish();
    harness.expectEof(pair.client());
    harness.expectNothingLeft();
    pair.client().close();
    pair.server().close();
  }

  private static int errno(String name) {
    return switch (name) {
      case "EINVAL" -> Errno.EINVAL;
      case "ENOSYS" -> Errno.ENOSYS;
      default -> Errno.EPERM;
    };
  }
}
