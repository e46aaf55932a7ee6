package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.backend.Server;
import io.sluice.backend.ServerState;
import io.sluice.stats.Counter;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions that wait for a slot, retries, and slots: each is given back exactly once. */
class QueueTest {
  private static final String ONE =
      "server-defaults.max-connections = 1, timeouts.queue = 600ms, timeouts.connect = 10s\n";

  private static void waiting(LoopHarness harness, int count) {
    harness.turnUntil(count + " waiting", () -> harness.backend.queued() == count);
  }

  private static void expectSlots(LoopHarness harness, int taken) {
    for (Server server : harness.backend.servers()) {
      assertThat(server.sessions()).isEqualTo(taken);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void whoWaitsIsServedInTheOrderOfComing(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, ONE);
        LogCapture log = new LogCapture()) {
      LoopHarness.Pair first = harness.pair();
      Peer second = harness.client();
      waiting(harness, 1);
      Peer third = harness.client();
      waiting(harness, 2);
      second.send("second");
      third.send("third");
      harness.pass(Duration.ofMillis(100));

      end(harness, first);
      Peer server = harness.accepted(0);
      harness.expect(server, "second");
      harness.pass(Duration.ofMillis(100));
      end(harness, new LoopHarness.Pair(second, server));
      server = harness.accepted(0);
      harness.expect(server, "third");
      end(harness, new LoopHarness.Pair(third, server));
      harness.expectNothingLeft();

      expectSlots(harness, 0);
      assertThat(log.sessions()).hasSize(3);
      assertThat(log.sessions().get(0)).contains(" web app/s0 0/0/100 0 -- 3/3/2/");
      assertThat(log.sessions().get(1)).contains(" app/s0 100/0/200 0 -- ").contains(" 0/1 up=6 ");
      assertThat(log.sessions().get(2)).contains(" app/s0 200/0/200 0 -- ").contains(" 0/2 up=5 ");
    }
  }

  private static void end(LoopHarness harness, LoopHarness.Pair pair) throws IOException {
    int before = harness.sessions.size();
    pair.client().finish();
    pair.server().finish();
    harness.turnUntil("the end of a session", () -> harness.sessions.size() < before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void whoWaitsTooLongIsSentAway(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, ONE);
        LogCapture log = new LogCapture()) {
      harness.pair();
      Peer second = harness.client();
      waiting(harness, 1);
      harness.pass(Duration.ofMillis(600));
      harness.expectEof(second);

      assertThat(log.sessions().get(0)).contains(" web app/<NOSRV> 600/-1/600 0 sQ 2/2/1/0/0 0/1 ");
      assertThat(harness.backend.queued()).isZero();
      expectSlots(harness, 1);
    }
  }

  @ParameterizedTest
  @CsvSource({"epoll, true, CD", "epoll, false, CQ", "nio, true, CD", "nio, false, CQ"})
  void whoLeavesWhileWaitingLeavesTheQueue(String transport, boolean byReset, String state)
      throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, ONE);
        LogCapture log = new LogCapture()) {
      LoopHarness.Pair first = harness.pair();
      Peer second = harness.client();
      waiting(harness, 1);
      harness.pass(Duration.ofMillis(100));
      if (byReset) {
        second.reset();
      } else {
        second.finish();
      }
      harness.turnUntil("its end", () -> harness.sessions.size() == 1);
      assertThat(harness.backend.queued()).isZero();
      assertThat(log.sessions().get(0))
          .contains(" web app/<NOSRV> 100/-1/100 0 " + state + " 2/2/1/0/0 0/1 ");

      end(harness, first);
      harness.expectNothingLeft();
      expectSlots(harness, 0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void whatAWaitingClientSaidIsNotTheEnd(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, ONE)) {
      LoopHarness.Pair first = harness.pair();
      Peer second = harness.client().send("question").finish();
      waiting(harness, 1);
      harness.turns(3);
      assertThat(harness.backend.queued()).isEqualTo(1);
      end(harness, first);
      Peer server = harness.accepted(0);
      harness.expectEof(server);
      assertThat(server.text()).isEqualTo("question");
      server.send("answer").finish();
      harness.expect(second, "answer");
    }
  }

  /** The slot may be on its way to who leaves in the same turn: it must not be lost. */
  @Test
  void aSlotThatComesTooLateGoesToTheNext() throws Exception {
    try (LoopHarness harness = LoopHarness.epoll(ONE)) {
      for (int round = 0; round < 20; round++) {
        LoopHarness.Pair first = harness.pair();
        Peer second = harness.client();
        waiting(harness, 1);
        Peer third = harness.client();
        waiting(harness, 2);
        first.client().reset();
        second.reset();
        Peer server = harness.accepted(0);
        server.send("served");
        harness.expect(third, "served");
        assertThat(harness.backend.queued()).isZero();
        end(harness, new LoopHarness.Pair(third, server));
        harness.expectNothingLeft();
        expectSlots(harness, 0);
      }
    }
  }

  @Test
  void allThatWaitAreKilledWithoutLosingASlot() throws Exception {
    try (LoopHarness harness = LoopHarness.epoll(ONE)) {
      harness.pair();
      for (int i = 1; i <= 5; i++) {
        harness.client();
        waiting(harness, i);
      }
      harness.sessions.closeAll(CloseReason.KILLED);
      harness.turns(3);
      harness.expectNothingLeft();

      expectSlots(harness, 0);
      assertThat(harness.backend.queued()).isZero();
      LoopHarness.Pair next = harness.pair(harness.client());
      next.client().send("served");
      harness.turns(1);
    }
  }

  @Test
  void whoWaitsLearnsThatTheLastServerIsGone() throws Exception {
    try (LoopHarness harness = LoopHarness.epoll(ONE);
        LogCapture log = new LogCapture()) {
      harness.pair();
      Peer second = harness.client();
      waiting(harness, 1);
      harness.backend.servers().get(0).setAdmin(ServerState.Admin.MAINT, "test");
      harness.expectEof(second);

      assertThat(log.sessions().get(0)).contains(" web app/<NOSRV> ").contains(" SC ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void theSameServerIsTriedAgainAfterAPause(String transport) throws Exception {
    String settings = "retries = 2, timeouts.connect = 700ms\n";
    try (LoopHarness harness = LoopHarness.over(transport, 1, settings);
        LogCapture log = new LogCapture()) {
      harness.origins.get(0).close();
      Peer client = harness.client();
      for (int attempts = 1; attempts <= 3; attempts++) {
        int expected = attempts;
        harness.turnUntil(
            "failure " + attempts, () -> harness.counted(Counter.CONNECT_FAILURES) == expected);
        harness.pass(Duration.ofMillis(699));
        assertThat(harness.counted(Counter.CONNECT_ATTEMPTS)).isEqualTo(attempts);
        harness.pass(Duration.ofMillis(1));
      }
      harness.expectEof(client);
      harness.expectNothingLeft();

      assertThat(log.sessions().get(0)).contains(" web app/s0 0/-1/1400 0 SC 1/1/0/0/2 0/0 ");
      assertThat(harness.counted(Counter.RETRIES)).isEqualTo(2);
      assertThat(harness.counted(Counter.REDISPATCHES)).isZero();
      expectSlots(harness, 0);
    }
  }

  @Test
  void aClientMayLeaveDuringThePause() throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("retries = 2\n");
        LogCapture log = new LogCapture()) {
      harness.origins.get(0).close();
      Peer client = harness.client();
      harness.turnUntil("a failure", () -> harness.counted(Counter.CONNECT_FAILURES) == 1);
      harness.pass(Duration.ofMillis(100));
      client.finish();
      harness.expectNothingLeft();

      assertThat(log.sessions().get(0)).contains(" web app/s0 0/-1/100 0 CC 1/1/0/0/0 0/0 ");
      expectSlots(harness, 0);
    }
  }

  @ParameterizedTest
  @CsvSource({"off, 0, 2", "last, 1, 1", "2, 1, 1", "every, 2, 0"})
  void redispatchSaysWhichRetriesMayGoElsewhere(String redispatch, int redispatches, int retries)
      throws Exception {
    String settings = "retries = 2, redispatch = " + redispatch + "\n";
    try (LoopHarness harness = LoopHarness.epoll(2, settings)) {
      harness.origins.get(0).close();
      harness.origins.get(1).close();
      Peer client = harness.client();
      harness.turnUntil("the first failure", () -> harness.counted(Counter.CONNECT_FAILURES) >= 1);
      harness.pass(Duration.ofSeconds(1));
      harness.turnUntil("all but one", () -> harness.counted(Counter.CONNECT_FAILURES) >= 2);
      harness.pass(Duration.ofSeconds(1));
      harness.expectEof(client);
      harness.expectNothingLeft();

      assertThat(harness.counted(Counter.CONNECT_ATTEMPTS)).isEqualTo(3);
      assertThat(harness.counted(Counter.REDISPATCHES)).isEqualTo(redispatches);
      assertThat(harness.counted(Counter.RETRIES)).isEqualTo(retries);
      expectSlots(harness, 0);
    }
  }
}
