package io.sluice.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.ConfigReader;
import io.sluice.config.SluiceConfig;
import io.sluice.linux.OpenDescriptors;
import io.sluice.stats.Counter;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One configuration after another in a running proxy, with clients and servers on threads. */
@ExtendWith(OpenDescriptors.class)
class ReloadTest {
  private static final String WEB = "frontends.web { bind = \"127.0.0.1:0\", backend = app }\n";

  private static SluiceConfig config(String transport, String hocon) throws Exception {
    return ConfigReader.parse(
            "test", "sluice { threads = 2, transport = " + transport + "\n" + hocon + "\n}")
        .config();
  }

  private static String app(String servers) {
    return "backends.app { servers { " + servers + " } }\n";
  }

  private static String server(String name, EchoServer server) {
    return name + " = \"" + server.address() + "\"\n";
  }

  private static Client client(Proxy proxy) throws IOException {
    return Client.of(proxy.boundAddress("web", 0));
  }

  private static Client served(Proxy proxy) throws IOException {
    Client client = client(proxy);
    assertThat(client.ask("hello")).isEqualTo("hello");
    return client;
  }

  private static long sessionsOf(Proxy proxy, String server) {
    return proxy.snapshot().servers().get("app/" + server).get(Counter.SESSIONS);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void whatIsTheSameGoesOn(String transport) throws Exception {
    try (EchoServer server = EchoServer.tcp()) {
      String hocon = WEB + app(server("a", server));
      try (Proxy proxy = Proxy.start(config(transport, hocon));
          Client before = served(proxy)) {
        var address = proxy.boundAddress("web", 0);

        assertThat(proxy.reload(config(transport, hocon))).isEmpty();

        assertThat(proxy.boundAddress("web", 0)).isEqualTo(address);
        assertThat(before.ask("still")).isEqualTo("still");
        try (Client after = served(proxy)) {
          assertThat(after.ask("more")).isEqualTo("more");
        }
        assertThat(sessionsOf(proxy, "a")).isEqualTo(2);
        assertThat(proxy.sessionsTotal()).isEqualTo(2);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aFrontendComesAndGoesAndItsSessionsStay(String transport) throws Exception {
    int port = freePort();
    String more = "frontends.more { bind = \"127.0.0.1:" + port + "\", backend = app }\n";
    try (EchoServer server = EchoServer.tcp()) {
      String hocon = WEB + app(server("a", server));
      try (Proxy proxy = Proxy.start(config(transport, hocon))) {
        proxy.reload(config(transport, more + hocon));
        var address = proxy.boundAddress("more", 0);
        try (Client client = Client.of(address)) {
          assertThat(client.ask("hello")).isEqualTo("hello");

          proxy.reload(config(transport, hocon));

          assertThat(client.ask("still")).isEqualTo("still");
          assertThatThrownBy(() -> Client.of(address)).isInstanceOf(ConnectException.class);
          assertThatThrownBy(() -> proxy.boundAddress("more", 0))
              .isInstanceOf(IllegalArgumentException.class);
          assertThat(proxy.sessions()).isEqualTo(1);
          assertThat(client.finish()).isEmpty();
        }
        Awaitility.await().until(() -> proxy.sessions() == 0);
        assertThat(proxy.snapshot().frontends()).containsOnlyKeys("web");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void serversComeAndGoAndSessionsStayWhereTheyAre(String transport) throws Exception {
    try (EchoServer a = EchoServer.tcp();
        EchoServer b = EchoServer.tcp();
        Proxy proxy = Proxy.start(config(transport, WEB + app(server("a", a))));
        Client onA = served(proxy)) {
      proxy.reload(config(transport, WEB + app(server("b", b))));

      assertThat(proxy.snapshot().servers()).containsOnlyKeys("app/b");
      try (Client onB = served(proxy)) {
        assertThat(sessionsOf(proxy, "b")).isEqualTo(1);
        a.close();
        assertThat(onA.isEnded()).isTrue();
        assertThat(onB.ask("still")).isEqualTo("still");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aServerAtAnotherAddressIsAnotherServerWithTheSameCounters(String transport)
      throws Exception {
    try (EchoServer former = EchoServer.tcp();
        EchoServer next = EchoServer.tcp();
        Proxy proxy = Proxy.start(config(transport, WEB + app(server("a", former))));
        Client before = served(proxy)) {
      proxy.reload(config(transport, WEB + app(server("a", next))));

      assertThat(before.ask("still")).isEqualTo("still");
      former.close();
      try (Client after = served(proxy)) {
        assertThat(sessionsOf(proxy, "a")).isEqualTo(2);
        assertThat(after.ask("still")).isEqualTo("still");
      }
    }
  }

  @Test
  void whatAnOperatorHasChangedStaysUnlessItsKeyChanges() throws Exception {
    try (EchoServer a = EchoServer.tcp();
        EchoServer b = EchoServer.tcp()) {
      String servers = server("a", a) + server("b", b);
      try (Proxy proxy = Proxy.start(config("epoll", WEB + app(servers)))) {
        proxy.drainServer("app", "a", Duration.ofSeconds(60));
        proxy.reload(config("epoll", "timeouts.connect = 3s\n" + WEB + app(servers)));

        try (Client one = served(proxy);
            Client two = served(proxy)) {
          assertThat(sessionsOf(proxy, "a")).isZero();
          assertThat(sessionsOf(proxy, "b")).isEqualTo(2);
          assertThat(one.ask("x") + two.ask("y")).isEqualTo("xy");
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aSessionKeepsTheTermsThatItBeganWith(String transport) throws Exception {
    try (EchoServer server = EchoServer.tcp()) {
      String hocon = WEB + app(server("a", server));
      try (Proxy proxy = Proxy.start(config(transport, "timeouts.client = 1h\n" + hocon));
          Client patient = served(proxy)) {
        proxy.reload(config(transport, "timeouts.client = 100ms\n" + hocon));
        try (Client quick = served(proxy)) {
          assertThat(quick.isEnded()).isTrue();
        }
        assertThat(patient.ask("still")).isEqualTo("still");
        assertThat(proxy.snapshot().all().get(Counter.CLOSED_CLIENT_TIMEOUT)).isEqualTo(1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void clientsBeyondALimitAreLetInWhenItIsRaised(String transport) throws Exception {
    try (EchoServer server = EchoServer.tcp()) {
      String hocon = WEB + app(server("a", server));
      for (String key : List.of("max-connections", "defaults")) {
        String limit =
            key.equals("defaults") ? "frontends.web.max-connections = " : "max-connections = ";
        try (Proxy proxy = Proxy.start(config(transport, hocon + limit + "1"));
            Client first = served(proxy);
            Client second = client(proxy)) {
          CompletableFuture<String> answer =
              CompletableFuture.supplyAsync(() -> ask(second, "when?"));

          proxy.reload(config(transport, hocon + limit + "2"));

          assertThat(answer.get(20, TimeUnit.SECONDS)).isEqualTo("when?");
          proxy.reload(config(transport, hocon + limit + "1"));
          assertThat(first.ask("a") + second.ask("b")).isEqualTo("ab");
        }
      }
    }
  }

  private static String ask(Client client, String text) {
    try {
      return client.ask(text);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whoWaitsForAServerGetsItWhenItTakesMore() throws Exception {
    try (EchoServer server = EchoServer.tcp()) {
      String more = WEB + app(server("a", server)) + "timeouts.queue = 1m\n";
      String limit = "server-defaults.max-connections = ";
      try (Proxy proxy = Proxy.start(config("epoll", more + limit + "1"));
          Client first = served(proxy);
          Client second = client(proxy)) {
        Awaitility.await().until(() -> proxy.sessions() == 2);
        CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> ask(second, "in?"));

        proxy.reload(config("epoll", more + limit + "2"));

        assertThat(answer.get(20, TimeUnit.SECONDS)).isEqualTo("in?");
        assertThat(first.ask("a")).isEqualTo("a");
      }
    }
  }

  @Test
  void whoWaitsForAServerThatIsTakenAwayGetsAnother() throws Exception {
    try (EchoServer a = EchoServer.tcp();
        EchoServer b = EchoServer.tcp()) {
      String terms =
          WEB + "timeouts.queue = 1m, balance = source, server-defaults.max-connections = 1\n";
      try (Proxy proxy = Proxy.start(config("epoll", terms + app(server("a", a))));
          Client first = served(proxy);
          Client second = client(proxy)) {
        Awaitility.await().until(() -> proxy.sessions() == 2);
        CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> ask(second, "in?"));

        proxy.reload(config("epoll", terms + app(server("b", b))));

        assertThat(answer.get(20, TimeUnit.SECONDS)).isEqualTo("in?");
        assertThat(sessionsOf(proxy, "b")).isEqualTo(1);
        assertThat(first.ask("a")).isEqualTo("a");
      }
    }
  }

  private static boolean isShutOut(Proxy proxy) throws IOException {
    try (Client late = client(proxy)) {
      return late.isEnded();
    } catch (SocketException e) {
      return true; // The reset was there before connect(2) had returned.
    }
  }

  @Test
  void sourcesKeepWhatTheyHaveUsedUp() throws Exception {
    try (EchoServer server = EchoServer.tcp()) {
      String hocon = WEB + app(server("a", server));
      String limit = "frontends.web.limits { source-connections = ";
      try (Proxy proxy = Proxy.start(config("epoll", hocon + limit + "2 }"));
          Client one = served(proxy);
          Client two = served(proxy)) {
        proxy.reload(config("epoll", hocon + limit + "2, action = close }"));
        assertThat(isShutOut(proxy)).isTrue();
        proxy.reload(config("epoll", hocon + limit + "3 }"));
        try (Client third = served(proxy)) {
          assertThat(isShutOut(proxy)).isTrue();
          assertThat(one.ask("1") + two.ask("2") + third.ask("3")).isEqualTo("123");
        }
      }
    }
  }

  @Test
  void aListeningAddressMayChangeItsFrontend() throws Exception {
    int port = freePort();
    String bind = " { bind = \"127.0.0.1:" + port + "\", backend = app }\n";
    try (EchoServer server = EchoServer.tcp()) {
      String app = app(server("a", server));
      try (Proxy proxy = Proxy.start(config("epoll", "frontends.web" + bind + app));
          Client before = served(proxy)) {
        proxy.reload(config("epoll", "frontends.other" + bind + app));

        try (Client after = Client.of(proxy.boundAddress("other", 0))) {
          assertThat(after.ask("hello")).isEqualTo("hello");
          assertThat(before.ask("still")).isEqualTo("still");
          Map<Counter, Long> counted = proxy.snapshot().frontends().get("other");
          assertThat(counted.get(Counter.SESSIONS)).isEqualTo(1);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void whatCannotBeDoneChangesNothing(String transport) throws Exception {
    int free = freePort();
    try (EchoServer server = EchoServer.tcp();
        ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String hocon = WEB + app(server("a", server));
      try (Proxy proxy = Proxy.start(config(transport, hocon));
          Client before = served(proxy)) {
        Map<String, String> bad =
            Map.of(
                "frontends { x { bind = \"127.0.0.1:"
                    + free
                    + "\", backend = app },"
                    + " y { bind = \"127.0.0.1:"
                    + taken.getLocalPort()
                    + "\", backend = app } }",
                "cannot listen on 127.0.0.1:" + taken.getLocalPort(),
                "frontends.x { bind = \"127.0.0.1:"
                    + free
                    + "\", backend = app }\n"
                    + "backends.app.servers.b = \"no-such-host.invalid:1\"",
                "server app/b: host name \"no-such-host.invalid\" cannot be resolved",
                "frontends.x { bind = \"127.0.0.1:"
                    + free
                    + "\", backend = app, mirror = m }\n"
                    + "mirrors.m.to = \"tcp:no-such-host.invalid:1\"",
                "mirror m: host name \"no-such-host.invalid\" cannot be resolved");
        for (Map.Entry<String, String> one : bad.entrySet()) {
          SluiceConfig next = config(transport, hocon + "tcp.nodelay = false\n" + one.getKey());
          assertThatThrownBy(() -> proxy.reload(next))
              .isInstanceOf(IOException.class)
              .hasMessageContaining(one.getValue());

          assertThat(proxy.boundAddresses()).containsOnlyKeys("web");
          assertThat(proxy.snapshot().servers()).containsOnlyKeys("app/a");
          new ServerSocket(free, 1, InetAddress.getLoopbackAddress()).close();
          assertThat(before.ask("still")).isEqualTo("still");
          served(proxy).close();
        }
      }
    }
  }

  @Test
  void aProxyThatStopsTakesNoOtherConfiguration() throws Exception {
    try (EchoServer server = EchoServer.tcp()) {
      SluiceConfig config = config("epoll", WEB + app(server("a", server)));
      Proxy proxy = Proxy.start(config);
      assertThat(proxy.drain(Duration.ZERO)).isZero();
      assertThatThrownBy(() -> proxy.reload(config))
          .isInstanceOf(IOException.class)
          .hasMessage("the proxy is stopping");
    }
  }

  @Test
  void whatNeedsARestartIsToldAndTheRestHolds() throws Exception {
    try (EchoServer a = EchoServer.tcp();
        EchoServer b = EchoServer.tcp();
        Proxy proxy = Proxy.start(config("epoll", WEB + app(server("a", a))))) {
      String others = "threads = 3, transport = nio, pump.mode = copy\n";
      List<String> later = proxy.reload(config("epoll", WEB + others + app(server("b", b))));

      assertThat(later)
          .containsExactly(
              "threads: 2 -> 3 takes effect at the next restart",
              "transport: epoll -> nio takes effect at the next restart",
              "changes of pump take effect at the next restart");
      try (Client client = served(proxy)) {
        assertThat(sessionsOf(proxy, "b")).isEqualTo(1);
        assertThat(client.finish()).isEmpty();
      }
    }
  }

  @Test
  void healthStaysAcrossAReloadAndFollowsTheNewCheck() throws Exception {
    int dead = freePort();
    String checked = "check { type = tcp, interval = 50ms, rise = 1, fall = 1 }\n";
    try (EchoServer a = EchoServer.tcp()) {
      String servers = server("a", a) + "b = \"127.0.0.1:" + dead + "\"\n";
      String hocon = WEB + app(servers);
      try (Proxy proxy = Proxy.start(config("epoll", hocon + checked))) {
        Awaitility.await().until(() -> proxy.serversUp() == 1);

        // Nothing would find it down again within an hour.
        proxy.reload(config("epoll", hocon + checked + "check.interval = 1h"));
        assertThat(proxy.serversUp()).isEqualTo(1);

        proxy.reload(config("epoll", hocon));
        Awaitility.await().until(() -> proxy.serversUp() == 2);

        proxy.reload(config("epoll", hocon + checked));
        Awaitility.await().until(() -> proxy.serversUp() == 1);

        try (ServerSocket alive = new ServerSocket(dead, 9, InetAddress.getLoopbackAddress())) {
          Awaitility.await().until(() -> proxy.serversUp() == 2);
          assertThat(alive.isBound()).isTrue();
        }
      }
    }
  }
}
