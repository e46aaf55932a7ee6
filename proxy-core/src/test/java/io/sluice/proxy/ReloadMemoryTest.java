package io.sluice.proxy;

import static io.sluice.proxy.ReloadScene.WEB;
import static io.sluice.proxy.ReloadScene.app;
import static io.sluice.proxy.ReloadScene.client;
import static io.sluice.proxy.ReloadScene.config;
import static io.sluice.proxy.ReloadScene.served;
import static io.sluice.proxy.ReloadScene.server;
import static io.sluice.proxy.ReloadScene.sessionsOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.FreePort;
import io.sluice.linux.OpenDescriptors;
import io.sluice.stats.Counter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes over from one configuration to the next, and what stays with a session. */
@ExtendWith(OpenDescriptors.class)
class ReloadMemoryTest {
  @Test
  void whatAnOperatorHasChangedStaysUnlessItsKeyChanges() throws Exception {
    try (EchoServer a = EchoServer.tcp();
        EchoServer b = EchoServer.tcp()) {
      String servers = server("a", a) + server("b", b);
      try (Proxy proxy = Proxy.start(config("epoll", WEB + app(servers)))) {
        proxy.serverControl().drain("app", "a", Duration.ofSeconds(60));
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
        try (Client quick = client(proxy)) { // It says nothing, which might come too late.
          assertThat(quick.isEnded()).isTrue();
        }
        assertThat(patient.ask("still")).isEqualTo("still");
        assertThat(proxy.snapshot().all().get(Counter.CLOSED_CLIENT_TIMEOUT)).isEqualTo(1);
      }
    }
  }

  @Test
  void anotherContentOfAListsFileHoldsFromTheReloadOn(@TempDir Path folder) throws Exception {
    Path list = Files.writeString(folder.resolve("denied"), "192.0.2.0/24\n");
    try (EchoServer server = EchoServer.tcp()) {
      String hocon = WEB + app(server("a", server)) + "frontends.web.deny = \"file:" + list + "\"";
      try (Proxy proxy = Proxy.start(config("epoll", hocon));
          Client before = served(proxy)) {
        Files.writeString(list, "127.0.0.0/8\n");
        served(proxy).close();

        proxy.reload(config("epoll", hocon));

        assertThat(isShutOut(proxy)).isTrue();
        assertThat(before.ask("still")).isEqualTo("still");
      }
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
  void healthStaysAcrossAReloadAndFollowsTheNewCheck() throws Exception {
    int dead = FreePort.any();
    // A check is over within its interval, or has failed: that of server a must not for a pause.
    String once = "check { type = tcp, rise = 1, fall = 1 }\n";
    String checked = once + "check { interval = 3s, fast-interval = 50ms, down-interval = 50ms }\n";
    String never = "check { interval = 1h, fast-interval = none, down-interval = none }\n";
    try (EchoServer a = EchoServer.tcp()) {
      String servers = server("a", a) + "b = \"127.0.0.1:" + dead + "\"\n";
      String hocon = WEB + app(servers);
      try (Proxy proxy = Proxy.start(config("epoll", hocon + checked))) {
        Awaitility.await().until(() -> proxy.serversUp() == 1);

        // Nothing would find it down again within an hour.
        proxy.reload(config("epoll", hocon + checked + never));
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

  private static boolean isShutOut(Proxy proxy) throws IOException {
    try (Client late = client(proxy)) {
      return late.isEnded();
    } catch (SocketException e) {
      return true; // The reset was there before connect(2) had returned.
    }
  }
}
