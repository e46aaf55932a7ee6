package io.sluice.proxy;

import static io.sluice.proxy.ReloadScene.WEB;
import static io.sluice.proxy.ReloadScene.app;
import static io.sluice.proxy.ReloadScene.served;
import static io.sluice.proxy.ReloadScene.server;
import static io.sluice.proxy.ReloadScene.sessionsOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.SluiceConfig;
import io.sluice.stats.Counter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator does to one server of a running proxy. */
class ServerSessionsTest {

  private static SluiceConfig config(String transport, EchoServer first, EchoServer second)
      throws Exception {
    return ReloadScene.config(transport, WEB + app(server("a", first) + server("b", second)));
  }

  private static boolean isServed(Client client) {
    try {
      return client.ask("again").equals("again");
    } catch (IOException e) {
      return false;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aDrainedServerGetsNoNewSessionsAndLosesItsOwnByTheDeadline(String transport)
      throws Exception {
    try (EchoServer first = EchoServer.tcp();
        EchoServer second = EchoServer.tcp();
        Proxy proxy = Proxy.start(config(transport, first, second))) {
      List<Client> clients = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        clients.add(served(proxy));
      }
      assertThat(sessionsOf(proxy, "a")).isEqualTo(3);

      proxy.serverControl().drain("app", "a", Duration.ofMillis(400));
      try (Client later = Client.of(proxy.boundAddress("web", 0))) {
        assertThat(later.ask("elsewhere")).isEqualTo("elsewhere");
      }
      Awaitility.await().until(() -> proxy.sessions() == 3);

      assertThat(sessionsOf(proxy, "a")).isEqualTo(3);
      assertThat(sessionsOf(proxy, "b")).isEqualTo(4);
      int served = 0;
      for (Client client : clients) {
        served += isServed(client) ? 1 : 0;
        client.close();
      }
      assertThat(served).isEqualTo(3);
    }
  }

  @Test
  void theSessionsOfOneServerCanBeEnded() throws Exception {
    try (EchoServer first = EchoServer.tcp();
        EchoServer second = EchoServer.tcp();
        Proxy proxy = Proxy.start(config("epoll", first, second));
        Client one = Client.of(proxy.boundAddress("web", 0))) {
      assertThat(one.ask("a")).isEqualTo("a");
      String server = sessionsOf(proxy, "a") == 1 ? "a" : "b";

      proxy.serverControl().closeSessions("app", server);

      assertThat(one.isEnded()).isTrue();
      Awaitility.await().until(() -> proxy.sessions() == 0);
      assertThat(proxy.snapshot().all().get(Counter.CLOSED_KILLED)).isEqualTo(1);
    }
  }

  @Test
  void aServerThatThereIsNotIsRefused() throws Exception {
    try (EchoServer first = EchoServer.tcp();
        Proxy proxy = Proxy.start(config("epoll", first, first))) {
      assertThatThrownBy(() -> proxy.serverControl().drain("app", "c", Duration.ZERO))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("backend \"app\" has no server \"c\", but a, b");
      assertThatThrownBy(() -> proxy.serverControl().closeSessions("nowhere", "a"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no backend \"nowhere\"; there are: app");
    }
  }
}
