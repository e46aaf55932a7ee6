package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.stats.Counter;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Time-outs with HAProxy's meaning, on a clock that the test moves. */
class TimeoutsTest {
  private static final Duration MS = Duration.ofMillis(1);

  @AutoClose private final LogCapture log = new LogCapture();

  private static Duration ms(long millis) {
    return Duration.ofMillis(millis);
  }

  /** Expects the session to live until just before {@code after} from now, and not longer. */
  private void expectEndAfter(LoopHarness harness, Duration after, String state) {
    harness.pass(after.minus(MS));
    assertThat(harness.sessions.size()).as("alive a millisecond earlier").isEqualTo(1);
    harness.pass(MS);
    assertThat(harness.sessions.size()).as("alive at its time").isZero();
    assertThat(log.sessions()).hasSize(1);
    assertThat(log.sessions().get(0)).contains(" " + state + " ");
    harness.expectNothingLeft();
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aConnectTimeoutIsForOneAttemptAndTheNextServerIsTried(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 2, "timeouts.connect = 500ms");
        Stall ignored = new Stall(harness.origins.get(0))) {
      Peer client = harness.client();
      harness.turnUntil("session", () -> harness.sessions.size() == 1);
      harness.pass(ms(499));
      assertThat(harness.counted(Counter.CONNECT_ATTEMPTS)).isEqualTo(1);
      harness.pass(MS);
      Peer server = harness.accepted(1);
      client.send("question");
      harness.expect(server, "question");

      assertThat(harness.counted(Counter.CONNECT_ATTEMPTS)).isEqualTo(2);
      assertThat(harness.counted(Counter.CONNECT_FAILURES)).isEqualTo(1);
      server.finish();
      client.finish();
      harness.expectNothingLeft();
      assertThat(log.sessions().get(0)).contains(" web app/s1 500/0/500 0 -- ").contains("/+1 0/0");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aConnectTimeoutOfTheLastServerEndsTheSession(String transport) throws Exception {
    try (LoopHarness harness =
            LoopHarness.over(transport, 2, "retries = 1, timeouts.connect = 500ms");
        Stall first = new Stall(harness.origins.get(0));
        Stall second = new Stall(harness.origins.get(1))) {
      assertThat(first).isNotSameAs(second);
      Peer client = harness.client();
      harness.turnUntil("session", () -> harness.sessions.size() == 1);
      harness.pass(ms(500));
      expectEndAfter(harness, ms(500), "sC");

      assertThat(log.sessions().get(0)).contains(" web app/s1 500/-1/1000 0 sC ");
      assertThat(harness.counted(Counter.CONNECT_FAILURES)).isEqualTo(2);
      assertThat(harness.counted(Counter.CLOSED_NO_SERVER)).isEqualTo(1);
      harness.expectEof(client);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void withoutAConnectTimeoutTheAttemptGoesOn(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, "timeouts.connect = none");
        Stall ignored = new Stall(harness.origins.get(0))) {
      Peer client = harness.client();
      harness.turnUntil("session", () -> harness.sessions.size() == 1);
      harness.pass(Duration.ofDays(100));

      assertThat(harness.sessions.size()).isEqualTo(1);
      assertThat(client.read().isEof()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void whenBothAreQuietTheShorterTimeoutEndsIt(String transport) throws Exception {
    for (String shorter : new String[] {"client", "server"}) {
      String longer = shorter.equals("client") ? "server" : "client";
      String settings = "timeouts { " + shorter + " = 800ms, " + longer + " = 801ms }";
      try (LoopHarness harness = LoopHarness.over(transport, 1, settings);
          LogCapture own = new LogCapture()) {
        LoopHarness.Pair pair = harness.pair();
        harness.pass(ms(799));
        assertThat(harness.sessions.size()).isEqualTo(1);
        harness.pass(MS);

        assertThat(own.sessions()).hasSize(1);
        assertThat(own.sessions().get(0)).contains(shorter.equals("client") ? " cD " : " sD ");
        harness.expectEof(pair.client());
        harness.expectEof(pair.server());
        harness.expectNothingLeft();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aTieIsTheClients(String transport) throws Exception {
    String settings = "timeouts { client = 800ms, server = 800ms }";
    try (LoopHarness harness = LoopHarness.over(transport, 1, settings)) {
      harness.pair();
      expectEndAfter(harness, ms(800), "cD");
      assertThat(harness.counted(Counter.CLOSED_CLIENT_TIMEOUT)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void trafficInEitherDirectionKeepsASessionAlive(String transport) throws Exception {
    String settings = "timeouts { client = 800ms, server = 800ms }";
    try (LoopHarness harness = LoopHarness.over(transport, 1, settings)) {
      LoopHarness.Pair pair = harness.pair();
      for (int i = 1; i <= 4; i++) {
        harness.pass(ms(799));
        pair.client().send("x");
        harness.expect(pair.server(), "x".repeat(i));
        harness.pass(ms(799));
        pair.server().send("y");
        harness.expect(pair.client(), "y".repeat(i));
      }
      expectEndAfter(harness, ms(800), "cD");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aServerThatDoesNotReadIsTheOneWhoIsWaitedFor(String transport) throws Exception {
    String settings = Flood.SETTINGS + "timeouts { client = 1s, server = 5s }";
    try (LoopHarness harness = LoopHarness.over(transport, 1, settings)) {
      LoopHarness.Pair pair = harness.pair();
      Flood.untilBlocked(harness, pair.client());

      expectEndAfter(harness, ms(5000), "sD");
      harness.expectReset(pair.server());
      assertThat(harness.counted(Counter.BYTES_DISCARDED)).isPositive();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aClientThatDoesNotReadIsTheOneWhoIsWaitedFor(String transport) throws Exception {
    String settings = Flood.SETTINGS + "timeouts { client = 5s, server = 1s }";
    try (LoopHarness harness = LoopHarness.over(transport, 1, settings)) {
      LoopHarness.Pair pair = harness.pair();
      Flood.untilBlocked(harness, pair.server());

      expectEndAfter(harness, ms(5000), "cD");
      harness.expectReset(pair.client());
    }
  }

  /** Both are waited for; each by its own clock. */
  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void progressOfABlockedSideKeepsOnlyThatSideAlive(String transport) throws Exception {
    for (String reader : new String[] {"client", "server"}) {
      String settings = Flood.SETTINGS + "timeouts { client = 3s, server = 3s }";
      try (LoopHarness harness = LoopHarness.over(transport, 1, settings);
          LogCapture own = new LogCapture()) {
        LoopHarness.Pair pair = harness.pair();
        Flood.untilBlocked(harness, pair.client());
        Flood.untilBlocked(harness, pair.server(), 1);
        harness.pass(ms(2000));
        if (reader.equals("client")) {
          readSome(harness, pair.client(), Counter.BYTES_TO_CLIENT);
        } else {
          readSome(harness, pair.server(), Counter.BYTES_TO_SERVER);
        }
        assertThat(Flood.blocked(harness)).as("still blocked both ways").isEqualTo(2);
        harness.pass(ms(1000));

        assertThat(own.sessions()).hasSize(1);
        assertThat(own.sessions().get(0)).contains(reader.equals("client") ? " sD " : " cD ");
      }
    }
  }

  /** Reads until the proxy could write again, which it can long before everything has gone. */
  private static void readSome(LoopHarness harness, Peer reader, Counter delivered) {
    long before = harness.counted(delivered);
    harness.turnUntil(
        "progress",
        () -> {
          reader.read(8 << 10);
          return harness.counted(delivered) > before;
        });
  }

  /** While it could not send, the client's time stood still; from now on it is expected again. */
  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void afterAStallTheSourceHasItsWholeTime(String transport) throws Exception {
    String settings = Flood.SETTINGS + "timeouts { client = 2s, server = 10s }";
    try (LoopHarness harness = LoopHarness.over(transport, 1, settings)) {
      LoopHarness.Pair pair = harness.pair();
      long sent = Flood.untilBlocked(harness, pair.client());
      harness.pass(ms(9000));
      harness.turnUntil("all bytes", () -> pair.server().read().count() == sent);
      harness.turns(2);

      expectEndAfter(harness, ms(2000), "cD");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void tunnelReplacesClientAndServer(String transport) throws Exception {
    String settings = "timeouts { client = 1s, server = 1s, tunnel = 10s }";
    try (LoopHarness harness = LoopHarness.over(transport, 1, settings)) {
      harness.pair();
      expectEndAfter(harness, ms(10_000), "cD");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void finTimeoutsReplaceTunnel(String transport) throws Exception {
    String settings = "timeouts { tunnel = 1h, client-fin = 30s, server-fin = 2s }";
    try (LoopHarness harness = LoopHarness.over(transport, 1, settings)) {
      LoopHarness.Pair pair = harness.pair();
      harness.pass(ms(60_000));
      pair.client().finish();
      harness.expectEof(pair.server());

      expectEndAfter(harness, ms(2000), "sD");
      assertThat(harness.counted(Counter.CLOSED_SERVER_TIMEOUT)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void withoutFinTimeoutsTheOthersStayInForceWhenOneDirectionHasEnded(String transport)
      throws Exception {
    String settings =
        "timeouts { client = 1s, server = 7s, tunnel = none, client-fin = none, server-fin = none }";
    try (LoopHarness harness = LoopHarness.over(transport, 1, settings)) {
      LoopHarness.Pair pair = harness.pair();
      pair.client().finish();
      harness.expectEof(pair.server());

      expectEndAfter(harness, ms(7000), "sD");
    }
  }

  /** Nothing is expected of a client that has ended its stream and takes what it gets. */
  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aClientThatWaitsForASlowAnswerIsNotKilledByClientFin(String transport) throws Exception {
    String settings = "timeouts { client-fin = 1s, server-fin = 5s }";
    try (LoopHarness harness = LoopHarness.over(transport, 1, settings)) {
      LoopHarness.Pair pair = harness.pair();
      pair.client().send("question").finish();
      harness.expectEof(pair.server());
      harness.pass(ms(4999));
      pair.server().send("slow ");
      harness.expect(pair.client(), "slow ");
      harness.pass(ms(4999));
      pair.server().send("answer").finish();
      harness.expect(pair.client(), "slow answer");

      harness.expectEof(pair.client());
      harness.expectNothingLeft();
      assertThat(harness.counted(Counter.CLOSED_NORMALLY)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aClientThatNeverEndsAfterItsServerHasIsKilledByClientFin(String transport) throws Exception {
    String settings = "timeouts { client-fin = 5s, server-fin = 1s }";
    try (LoopHarness harness = LoopHarness.over(transport, 1, settings)) {
      LoopHarness.Pair pair = harness.pair();
      pair.server().send("bye").finish();
      harness.expectEof(pair.client());

      expectEndAfter(harness, ms(5000), "cD");
    }
  }

  /** Its server's bytes pile up in front of it; that is no sign of life of the client. */
  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void arrivingBytesDoNotKeepAHalfClosedClientAliveThatTakesNone(String transport)
      throws Exception {
    String settings = Flood.SETTINGS + "timeouts { client-fin = 2s, server-fin = 1h }";
    try (LoopHarness harness = LoopHarness.over(transport, 1, settings)) {
      LoopHarness.Pair pair = harness.pair();
      pair.client().finish();
      harness.expectEof(pair.server());
      Flood.untilBlocked(harness, pair.server());
      for (int i = 0; i < 3; i++) {
        harness.pass(ms(500));
        assertThat(pair.server().write(new byte[1], 0, 1)).isEqualTo(1);
        harness.turns(3);
      }
      expectEndAfter(harness, ms(500), "cD");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void noneMeansNever(String transport) throws Exception {
    String settings =
        "timeouts { connect = none, client = none, server = none, tunnel = none,"
            + " client-fin = none, server-fin = none }";
    try (LoopHarness harness = LoopHarness.over(transport, 1, settings)) {
      LoopHarness.Pair pair = harness.pair();
      harness.pass(Duration.ofDays(3650));
      assertThat(harness.loop.timers().size()).isZero();
      pair.client().send("still there").finish();
      harness.expect(pair.server(), "still there");
      harness.expectEof(pair.server());
      harness.pass(Duration.ofDays(3650));
      pair.server().send("yes").finish();

      harness.expect(pair.client(), "yes");
      harness.expectNothingLeft();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void whatCameWhileTheLoopStoodStillCameInTime(String transport) throws Exception {
    String settings = "timeouts { client = 800ms, server = none, connect = 500ms }";
    try (LoopHarness harness = LoopHarness.over(transport, 1, settings)) {
      Peer client = harness.client();
      harness.turnUntil("connect", () -> harness.counted(Counter.CONNECT_ATTEMPTS) == 1);
      harness.clock.advance(Duration.ofSeconds(10));
      LoopHarness.Pair pair = harness.pair(client);
      assertThat(harness.counted(Counter.CONNECT_FAILURES)).isZero();
      client.send("in time");
      harness.clock.advance(Duration.ofSeconds(10));
      harness.expect(pair.server(), "in time");

      expectEndAfter(harness, ms(800), "cD");
    }
  }
}
