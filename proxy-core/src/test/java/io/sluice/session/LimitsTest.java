package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.stats.Counter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits of connections: who is too many waits in the kernel's backlog and is served later. */
class LimitsTest {
  private static final int CLIENTS = 7;

  /** A full acceptor must not be reported to: its loop would spin. */
  private static void expectNoEvents(LoopHarness harness) {
    harness.turns(5);
    assertThat(harness.poller.poll(0)).as("events while the limit is reached").isZero();
  }

  private static void end(Peer client, Peer server) throws IOException {
    client.finish();
    server.finish();
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aFullFrontendServesTheNextWhenOneLeaves(String transport) throws Exception {
    try (LoopHarness harness =
        LoopHarness.over(transport, 1, "frontends.web.max-connections = 2")) {
      List<Peer> clients = new ArrayList<>();
      List<Peer> servers = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(harness.client().send("n" + i));
      }
      servers.add(harness.accepted(0));
      servers.add(harness.accepted(0));
      expectNoEvents(harness);
      for (int i = 2; i < CLIENTS; i++) {
        assertThat(harness.frontend.gate().taken()).isEqualTo(2);
        assertThat(harness.sessions.size()).isEqualTo(2);
        assertThat(harness.counted(Counter.SESSIONS)).isEqualTo(i);
        end(clients.get(i - 2), servers.get(i - 2));
        servers.add(harness.accepted(0));
      }
      for (int i = 0; i < CLIENTS; i++) {
        harness.expect(servers.get(i), "n" + i);
      }
      end(clients.get(CLIENTS - 2), servers.get(CLIENTS - 2));
      end(clients.get(CLIENTS - 1), servers.get(CLIENTS - 1));
      harness.expectNothingLeft();
      assertThat(harness.counted(Counter.CLOSED_NORMALLY)).isEqualTo(CLIENTS);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void theLimitOfAllHoldsOverTwoFrontends(String transport) throws Exception {
    String settings = SecondFrontend.SETTINGS + "max-connections = 2";
    try (LoopHarness harness = LoopHarness.over(transport, 1, settings);
        SecondFrontend other = new SecondFrontend(harness)) {
      Peer first = harness.client();
      Peer firstServer = harness.accepted(0);
      Peer second = other.client();
      Peer secondServer = harness.accepted(0);
      Peer third = other.client().send("third");
      Peer fourth = harness.client().send("fourth");
      expectNoEvents(harness);
      assertThat(harness.total.taken()).isEqualTo(2);

      end(second, secondServer);
      Peer oneServer = harness.accepted(0);
      expectNoEvents(harness);
      assertThat(harness.sessions.size()).isEqualTo(2);
      end(first, firstServer);
      Peer anotherServer = harness.accepted(0);
      harness.turnUntil(
          "both texts", () -> oneServer.read().count() > 0 && anotherServer.read().count() > 0);

      assertThat(List.of(oneServer.text(), anotherServer.text()))
          .containsExactlyInAnyOrder("third", "fourth");
      for (Peer peer : List.of(third, fourth, oneServer, anotherServer)) {
        peer.finish();
      }
      harness.expectNothingLeft();
      assertThat(other.frontend.gate().taken()).isZero();
      assertThat(other.frontend.counters().sum(Counter.CLOSED_NORMALLY)).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void whoLooksAgainWhileItIsFullWaitsOnlyOnce(String transport) throws Exception {
    try (LoopHarness harness =
        LoopHarness.over(transport, 1, "frontends.web.max-connections = 1")) {
      Peer client = harness.client();
      Peer server = harness.accepted(0);
      Peer waiting = harness.client().send("waited");
      expectNoEvents(harness);

      for (int reload = 0; reload < 5; reload++) {
        harness.serveAnew();
        expectNoEvents(harness);
      }

      assertThat(harness.frontend.gate().waiting()).isEqualTo(1);
      end(client, server);
      Peer waitingServer = harness.accepted(0);
      harness.expect(waitingServer, "waited");
      end(waiting, waitingServer);
      harness.expectNothingLeft();
    }
  }

  /** One frontend at its limit takes nothing from the places of the others. */
  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aFullFrontendDoesNotHoldUpAnother(String transport) throws Exception {
    String settings =
        SecondFrontend.SETTINGS + "max-connections = 2, frontends.other.max-connections = 1";
    try (LoopHarness harness = LoopHarness.over(transport, 1, settings);
        SecondFrontend other = new SecondFrontend(harness)) {
      Peer first = other.client();
      Peer firstServer = harness.accepted(0);
      Peer waiting = other.client().send("waited");
      expectNoEvents(harness);
      Peer second = harness.client().send("second");
      Peer secondServer = harness.accepted(0);
      harness.expect(secondServer, "second");
      assertThat(harness.total.taken()).isEqualTo(2);

      end(first, firstServer);
      Peer waitingServer = harness.accepted(0);
      harness.expect(waitingServer, "waited");
      end(waiting, waitingServer);
      end(second, secondServer);
      harness.expectNothingLeft();
    }
  }

  /** Sessions that never reach a server give their places back too. */
  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void refusedSessionsGiveTheirPlacesBack(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, "max-connections = 1")) {
      harness.origins.get(0).close();
      for (int i = 0; i < CLIENTS; i++) {
        harness.client();
      }
      harness.turnUntil(
          "the end of all", () -> harness.counted(Counter.CLOSED_NO_SERVER) == CLIENTS);
      harness.expectNothingLeft();
    }
  }
}
