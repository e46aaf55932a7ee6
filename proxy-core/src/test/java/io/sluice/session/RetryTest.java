package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.backend.Server;
import io.sluice.linux.Errno;
import io.sluice.linux.FaultySyscalls.Call;
import io.sluice.stats.Counter;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which server a session gets, and what happens when it does not get it. */
class RetryTest {

  private static long counted(LoopHarness harness, int server, Counter counter) {
    return harness.backend.servers().get(server).counters().sum(counter);
  }

  private static void end(LoopHarness.Pair pair) throws IOException {
    pair.client().finish();
    pair.server().finish();
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void serversHaveTheirTurnsInTheOrderOfTheFile(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 3, "")) {
      for (int i = 0; i < 7; i++) {
        Peer client = harness.client();
        Peer server = harness.accepted(i % 3);
        client.send("n" + i);
        harness.expect(server, "n" + i);
        end(new LoopHarness.Pair(client, server));
        harness.expectNothingLeft();
      }
      for (int server = 0; server < 3; server++) {
        assertThat(counted(harness, server, Counter.CONNECT_ATTEMPTS))
            .isEqualTo(server < 1 ? 3 : 2);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aRefusedConnectionIsRetriedOnTheNextServer(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 3, "");
        LogCapture log = new LogCapture()) {
      harness.origins.get(0).close();
      harness.origins.get(1).close();
      Peer client = harness.client();
      Peer server = harness.accepted(2);
      client.send("question");
      harness.expect(server, "question");
      end(new LoopHarness.Pair(client, server));
      harness.expectNothingLeft();

      assertThat(log.sessions()).hasSize(1);
      assertThat(log.sessions().get(0)).contains(" web app/s2 0/0/0 0 -- 1/1/0/0/+2 0/0 up=8 ");
      assertThat(harness.counted(Counter.CONNECT_ATTEMPTS)).isEqualTo(3);
      assertThat(harness.counted(Counter.CONNECT_FAILURES)).isEqualTo(2);
      for (int i = 0; i < 3; i++) {
        assertThat(counted(harness, i, Counter.CONNECT_ATTEMPTS)).isEqualTo(1);
        assertThat(counted(harness, i, Counter.CONNECT_FAILURES)).isEqualTo(i < 2 ? 1 : 0);
        assertThat(counted(harness, i, Counter.CLOSED_NORMALLY)).isEqualTo(i < 2 ? 0 : 1);
      }
    }
  }

  /** A failed server costs its sessions an attempt, and the next in turn gets them. */
  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void theRetryGoesToTheServerAfterTheFailedOne(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 3, "")) {
      harness.origins.get(1).close();
      int[] expected = {0, 2, 0, 2, 0, 2};
      for (int origin : expected) {
        Peer client = harness.client();
        Peer server = harness.accepted(origin);
        end(new LoopHarness.Pair(client, server));
        harness.expectNothingLeft();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void theListOfServersIsARing(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 2, "")) {
      harness.origins.get(1).close();
      Peer first = harness.client();
      harness.accepted(0);
      Peer second = harness.client();
      Peer server = harness.accepted(0);
      second.send("second");
      harness.expect(server, "second");

      assertThat(first.read().isEof()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void whenAllAreRefusedTheClientIsSentAway(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 2, "");
        LogCapture log = new LogCapture()) {
      harness.origins.get(0).close();
      harness.origins.get(1).close();
      Peer client = harness.client();
      harness.expectEof(client);
      harness.expectNothingLeft();

      assertThat(log.sessions()).hasSize(1);
      assertThat(log.sessions().get(0)).contains(" web app/s1 0/-1/0 0 SC 1/1/0/0/+3 0/0 up=0 ");
      assertThat(harness.counted(Counter.SESSIONS)).isEqualTo(1);
      assertThat(harness.counted(Counter.REDISPATCHES)).isEqualTo(3);
      assertThat(harness.counted(Counter.CONNECT_ATTEMPTS)).isEqualTo(4);
      assertThat(harness.counted(Counter.CONNECT_FAILURES)).isEqualTo(4);
      assertThat(harness.counted(Counter.CLOSED_NO_SERVER)).isEqualTo(1);
      for (Server server : harness.backend.servers()) {
        assertThat(server.sessions()).isZero();
      }
    }
  }

  /** What connect(2) says at once is treated like what it says later. */
  @Test
  void anErrorOfConnectItselfIsRetriedToo() throws Exception {
    try (LoopHarness harness = LoopHarness.epoll(3, "")) {
      harness.sys.failNth(Call.CONNECT, 1, Errno.EHOSTUNREACH);
      harness.sys.failNth(Call.CONNECT, 2, Errno.ENETUNREACH);
      Peer client = harness.client();
      Peer server = harness.accepted(2);
      client.send("question");
      harness.expect(server, "question");

      assertThat(harness.counted(Counter.CONNECT_FAILURES)).isEqualTo(2);
    }
  }

  /** No descriptors, no ports, no memory: that is not the servers' fault. */
  @Test
  void wantOfResourcesIsLoggedAsSuch() throws Exception {
    List<Call> where = List.of(Call.SOCKET, Call.CONNECT, Call.EPOLL_CTL);
    List<Integer> errnos = List.of(Errno.EMFILE, Errno.EADDRNOTAVAIL, Errno.ENOMEM);
    for (int i = 0; i < where.size(); i++) {
      try (LoopHarness harness = LoopHarness.epoll("");
          LogCapture log = new LogCapture()) {
        // The client's own epoll_ctl comes before the server's.
        harness.sys.failNth(where.get(i), where.get(i) == Call.EPOLL_CTL ? 2 : 1, errnos.get(i));
        Peer client = harness.client();
        harness.expectEof(client);
        harness.expectNothingLeft();

        assertThat(log.sessions().get(0)).contains(" web app/s0 0/-1/0 0 RC 1/1/0/0/0 0/0 ");
        assertThat(harness.counted(Counter.CLOSED_RESOURCES)).isEqualTo(1);
      }
    }
  }

  @Test
  void aClientThatCannotBeAttachedIsSentAwayBeforeAServerIsChosen() throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("");
        LogCapture log = new LogCapture()) {
      harness.sys.failNth(Call.EPOLL_CTL, 1, Errno.ENOSPC);
      Peer client = harness.client();
      harness.expectEof(client);
      harness.expectNothingLeft();

      assertThat(log.sessions().get(0)).contains(" web app/<NOSRV> -1/-1/0 0 RC 1/1/0/0/0 0/0 ");
    }
  }

  /** Bytes that came before the server was found are kept by the kernel. */
  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void whatAClientSaidEarlyReachesTheServerThatIsFoundLater(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 3, "")) {
      harness.origins.get(0).close();
      harness.origins.get(1).close();
      for (int i = 0; i < 3; i++) {
        Peer client = harness.client().send("early " + i).finish();
        Peer server = harness.accepted(2);
        harness.expectEof(server);
        assertThat(server.text()).isEqualTo("early " + i);
        server.finish();
        harness.expectEof(client);
      }
      harness.expectNothingLeft();
    }
  }
}
