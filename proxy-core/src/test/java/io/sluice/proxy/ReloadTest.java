package io.sluice.proxy;

import static io.sluice.proxy.ReloadScene.WEB;
import static io.sluice.proxy.ReloadScene.app;
import static io.sluice.proxy.ReloadScene.client;
import static io.sluice.proxy.ReloadScene.config;
import static io.sluice.proxy.ReloadScene.served;
import static io.sluice.proxy.ReloadScene.server;
import static io.sluice.proxy.ReloadScene.sessionsOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.SluiceConfig;
import io.sluice.linux.FreePort;
import io.sluice.linux.OpenDescriptors;
import io.sluice.stats.Counter;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One configuration after another in a running proxy, with clients and servers on threads. */
@ExtendWith(OpenDescriptors.class)
class ReloadTest {
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

  @Test
  void v6onlyIsNoChangeOfABindThatIsNoneOfIpv6(@TempDir Path folder) throws Exception {
    Path path = folder.resolve("web");
    String two = "\"127.0.0.1:" + FreePort.any() + "\", \"unix:" + path + "\"";
    String hocon = "frontends.web { bind = [ " + two + " ], backend = app }\n";
    try (EchoServer server = EchoServer.tcp();
        Proxy proxy = Proxy.start(config("epoll", hocon + app(server("a", server))))) {
      var file = Files.readAttributes(path, BasicFileAttributes.class).fileKey();

      proxy.reload(
          config(
              "epoll", hocon + "frontends.web.listen.v6only = true\n" + app(server("a", server))));

      assertThat(Files.readAttributes(path, BasicFileAttributes.class).fileKey()).isEqualTo(file);
      served(proxy).close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aFrontendComesAndGoesAndItsSessionsStay(String transport) throws Exception {
    int port = FreePort.any();
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

  @Test
  void aListeningAddressMayChangeItsFrontend() throws Exception {
    int port = FreePort.any();
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

  /** A hundred names of a resolver that does not answer may take longer than a stop may. */
  @Test
  void aReloadIsGivenUpWhenTheProxyIsAboutToStop() throws Exception {
    try (EchoServer server = EchoServer.tcp()) {
      String hocon = WEB + app(server("a", server));
      try (Proxy proxy = Proxy.start(config("epoll", hocon))) {
        SluiceConfig next = config("epoll", hocon + "backends.b.servers.b = \"127.0.0.1:1\"");

        proxy.hurry();

        assertThatThrownBy(() -> proxy.reload(next))
            .isInstanceOf(IOException.class)
            .hasMessage("the proxy is stopping");
        served(proxy).close();
      }
    }
  }

  /** Who keeps a duplicate of a socket, as systemd does, hears a moment later that it is gone. */
  @Test
  void aBindThatWasTakenAwayMayComeBackAtOnce() throws Exception {
    int port = FreePort.any();
    try (EchoServer server = EchoServer.tcp()) {
      String less = WEB + app(server("a", server));
      String more = less + "frontends.late { bind = \"127.0.0.1:" + port + "\", backend = app }";
      SluiceConfig next = config("epoll", more);
      try (Proxy proxy = Proxy.start(next)) {
        proxy.reload(config("epoll", less));
        ServerSocket duplicate = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
        CompletableFuture<Void> reloaded = new CompletableFuture<>();
        Thread thread = new Thread(() -> complete(reloaded, () -> proxy.reload(next)), "reload");
        thread.start();
        Awaitility.await()
            .until(() -> reloaded.isDone() || thread.getState() == Thread.State.TIMED_WAITING);

        duplicate.close();

        reloaded.get(20, TimeUnit.SECONDS);
        try (Client client = Client.of(proxy.boundAddress("late", 0))) {
          assertThat(client.ask("hello")).isEqualTo("hello");
        }
      }
    }
  }

  private static void complete(CompletableFuture<Void> future, Callable<?> call) {
    try {
      call.call();
      future.complete(null);
    } catch (Exception e) {
      future.completeExceptionally(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void whatCannotBeDoneChangesNothing(String transport) throws Exception {
    try (EchoServer server = EchoServer.tcp();
        ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int free = FreePort.any();
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
      assertThat(proxy.reload(config("epoll", WEB + others + app(server("a", a)))))
          .as("still to come")
          .isEqualTo(later);
      assertThat(proxy.reload(config("epoll", WEB + app(server("a", a))))).isEmpty();
    }
  }
}
