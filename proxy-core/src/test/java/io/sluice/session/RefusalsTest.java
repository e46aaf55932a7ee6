package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.Errno;
import io.sluice.linux.FaultySyscalls.Call;
import io.sluice.linux.OpenDescriptors;
import io.sluice.stats.Counter;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that are not let in, and clients that have to wait in the backlog. */
@ExtendWith(OpenDescriptors.class)
class RefusalsTest {

  private static LoopHarness denying(String transport, String settings) throws Exception {
    return LoopHarness.over(transport, 1, "deny = \"127.0.0.1\"\n" + settings);
  }

  private static void expectDenied(LoopHarness harness, Counter why, int count) {
    harness.turnUntil(
        count + " denied", () -> harness.counted(Counter.DENIED_CONNECTIONS) >= count);
    assertThat(harness.counted(Counter.DENIED_CONNECTIONS)).isEqualTo(count);
    assertThat(harness.counted(why)).isEqualTo(count);
    assertThat(harness.frontend.counters().sum(why)).isEqualTo(count);
    assertThat(harness.counted(Counter.SESSIONS)).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void rejectedClientsAreResetWithoutASession(String transport) throws Exception {
    try (LoopHarness harness = denying(transport, "");
        LogCapture said = new LogCapture()) {
      Peer client = harness.client();

      harness.expectReset(client);

      expectDenied(harness, Counter.DENIED_BY_LIST, 1);
      assertThat(said.times("127.0.0.1")).as("no line for it").isZero();
      harness.expectNothingLeft();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void closedClientsGetAFin(String transport) throws Exception {
    try (LoopHarness harness = denying(transport, "deny-action = close")) {
      Peer client = harness.client();

      harness.expectEof(client);

      expectDenied(harness, Counter.DENIED_BY_LIST, 1);
      harness.expectNothingLeft();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void tarpittedClientsWaitForTheirFin(String transport) throws Exception {
    String settings = "deny-action = tarpit\ntimeouts.tarpit = 5s\nlimits.max-tarpitted = 2";
    try (LoopHarness harness = denying(transport, settings)) {
      Peer first = harness.client();
      Peer second = harness.client();
      expectDenied(harness, Counter.DENIED_BY_LIST, 2);
      Peer third = harness.client();
      harness.expectReset(third);
      assertThat(harness.counted(Counter.TARPITTED_CONNECTIONS)).isEqualTo(2);
      assertThat(harness.frontend.tarpit().taken()).isEqualTo(2);
      assertThat(harness.total.taken()).as("places of sessions").isZero();
      assertThat(harness.loop.timers().size()).isEqualTo(2);

      first.send("anybody there?");
      harness.pass(Duration.ofMillis(4999));
      assertThat(second.read().isEof()).isFalse();
      harness.pass(Duration.ofMillis(1));

      harness.expectEof(second);
      harness.turnUntil("the end", () -> first.read().isEof() || first.isBroken());
      assertThat(harness.frontend.tarpit().taken()).isZero();
      harness.expectNothingLeft();
    }
  }

  @Test
  void tarpitIsEmptiedWithTheSessions() throws Exception {
    try (LoopHarness harness = denying("epoll", "deny-action = tarpit")) {
      Peer client = harness.client();
      Peer other = harness.client();
      expectDenied(harness, Counter.DENIED_BY_LIST, 2);

      harness.sessions.closeAll(CloseReason.KILLED);

      harness.expectEof(client);
      harness.expectEof(other);
      assertThat(harness.frontend.tarpit().taken()).isZero();
      harness.expectNothingLeft();
    }
  }

  @Test
  void silentlyDroppedClientsAreCounted() throws Exception {
    try (LoopHarness harness = denying("epoll", "deny-action = silent-drop")) {
      harness.client();

      expectDenied(harness, Counter.DENIED_BY_LIST, 1);

      assertThat(harness.counted(Counter.SILENTLY_DROPPED)).isOne();
      harness.expectNothingLeft();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void sourceHasItsNumberOfSessionsAndNoMore(String transport) throws Exception {
    try (LoopHarness harness =
        LoopHarness.over(transport, 1, "limits { source-connections = 2, action = close }")) {
      LoopHarness.Pair first = harness.pair();
      LoopHarness.Pair second = harness.pair();
      Peer third = harness.client();
      harness.expectEof(third);
      assertThat(harness.counted(Counter.DENIED_BY_CONNECTIONS)).isOne();
      assertThat(harness.total.taken()).isEqualTo(2);

      first.client().reset();
      harness.turnUntil("one session", () -> harness.sessions.size() == 1);
      LoopHarness.Pair fourth = harness.pair();

      second.client().reset();
      fourth.client().reset();
      harness.expectNothingLeft();
      assertThat(harness.counted(Counter.DENIED_CONNECTIONS)).isOne();
    }
  }

  @Test
  void sessionsThatNeverConnectGiveTheirPlaceBackToo() throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("limits.source-connections = 1")) {
      for (int i = 1; i <= 20; i++) {
        harness.sys.failNth(Call.SOCKET, 1, Errno.EMFILE);
        Peer client = harness.client();
        harness.turnUntil("the end", () -> client.read().isEof() || client.isBroken());
        harness.expectNothingLeft();
        assertThat(harness.counted(Counter.CLOSED_RESOURCES)).isEqualTo(i);
      }
      assertThat(harness.counted(Counter.DENIED_CONNECTIONS)).isZero();
    }
  }

  @Test
  void sourceThatComesTooFastIsRejected() throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("limits.source-rate = 3/s")) {
      for (int i = 0; i < 3; i++) {
        harness.pair().client().reset();
      }
      harness.expectReset(harness.client());
      assertThat(harness.counted(Counter.DENIED_BY_RATE)).isOne();

      harness.pass(Duration.ofMillis(334));

      harness.pair().client().reset();
      harness.expectReset(harness.client());
      harness.expectNothingLeft();
    }
  }

  @ParameterizedTest
  @CsvSource({"epoll, max-connection-rate", "nio, frontends.web.max-connection-rate"})
  void beyondTheRateClientsWaitInTheBacklog(String transport, String key) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, key + " = 20")) {
      Peer[] clients = new Peer[6];
      for (int i = 0; i < clients.length; i++) {
        clients[i] = harness.client();
      }
      harness.turns(10);
      assertThat(harness.counted(Counter.SESSIONS)).isEqualTo(2);
      assertThat(harness.total.taken()).isEqualTo(2);
      if (harness.sys != null) {
        Quiet.expect(harness);
      }

      for (int accepted = 3; accepted <= clients.length; accepted++) {
        harness.pass(Duration.ofMillis(50));
        int expected = accepted;
        harness.turnUntil(
            expected + " sessions", () -> harness.counted(Counter.SESSIONS) == expected);
        harness.turns(3);
        assertThat(harness.counted(Counter.SESSIONS)).isEqualTo(expected);
      }
      for (Peer client : clients) {
        client.reset();
      }
      harness.pass(Duration.ofMillis(50)); // An acceptor may be in its pause.
      harness.expectNoSessions();
    }
  }

  @Test
  void gatesAndRatesAreNotUsedUpByWhoIsNotLetIn() throws Exception {
    try (LoopHarness harness = denying("epoll", "max-connections = 1")) {
      for (int i = 0; i < 30; i++) {
        try (SocketChannel channel = SocketChannel.open(harness.address());
            Peer client = new Peer(channel)) {
          harness.expectReset(client);
        }
      }
      assertThat(harness.total.taken()).isZero();
      assertThat(harness.frontend.gate().taken()).isZero();
    }
  }
}
