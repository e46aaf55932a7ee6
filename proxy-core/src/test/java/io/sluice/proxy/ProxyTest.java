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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The proxy as a library, on its own threads, with clients and servers on theirs. */
@ExtendWith(OpenDescriptors.class)
class ProxyTest {

  private static SluiceConfig config(String transport, String hocon) throws Exception {
    return ConfigReader.parse("test", "sluice { transport = " + transport + "\n" + hocon + "\n}")
        .config();
  }

  private static SluiceConfig simple(String transport, EchoServer server, String more)
      throws Exception {
    return config(
        transport,
        "threads = 2, frontends.web { bind = \"127.0.0.1:0\", backend = app }\n"
            + "backends.app.servers.a = \""
            + server.address()
            + "\"\n"
            + more);
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void trafficOfManyClientsIsRelayedAndCounted(String transport) throws Exception {
    byte[] sent = new byte[200_000];
    new Random(1).nextBytes(sent);
    int clients = 20;
    try (EchoServer server = EchoServer.tcp();
        Proxy proxy = Proxy.start(simple(transport, server, ""))) {
      assertThat(proxy.transport().transport().name()).isEqualTo(transport);
      assertThat(proxy.threads()).isEqualTo(2);
      List<Client> all = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        all.add(Client.of(proxy.boundAddress("web", 0)));
      }
      for (Client client : all) {
        assertThat(client.ask("hello")).isEqualTo("hello");
      }
      assertThat(proxy.sessions()).isEqualTo(clients);
      Snapshot during = proxy.snapshot();
      assertThat(during.all().get(Counter.BYTES_TO_SERVER)).isEqualTo(5L * clients);
      assertThat(during.loops().stream().mapToInt(Snapshot.Loop::sessions).sum())
          .isEqualTo(clients);
      for (Client client : all) {
        CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> write(client, sent));
        assertThat(client.socket.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
        writing.get(20, TimeUnit.SECONDS);
        assertThat(client.finish()).isEmpty();
        client.close();
      }
      Awaitility.await().until(() -> proxy.sessions() == 0);
      checkCounts(proxy.snapshot(), clients, (5L + sent.length) * clients);
    }
  }

  private static void write(Client client, byte[] bytes) {
    try {
      client.socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void checkCounts(Snapshot after, long sessions, long bytes) {
    assertThat(after.all().get(Counter.SESSIONS)).isEqualTo(sessions);
    assertThat(after.all().get(Counter.CLOSED_NORMALLY)).isEqualTo(sessions);
    assertThat(after.all().get(Counter.BYTES_TO_SERVER)).isEqualTo(bytes);
    assertThat(after.all().get(Counter.BYTES_TO_CLIENT)).isEqualTo(bytes);
    assertThat(after.frontends()).containsOnlyKeys("web").containsEntry("web", after.all());
    assertThat(after.backends()).containsOnlyKeys("app").containsEntry("app", after.all());
    assertThat(after.servers()).containsOnlyKeys("app/a").containsEntry("app/a", after.all());
    for (Counter counter : Counter.values()) {
      long sum = after.loops().stream().mapToLong(loop -> loop.counters().get(counter)).sum();
      assertThat(sum).as("loops: %s", counter).isEqualTo(after.all().get(counter));
    }
    for (Snapshot.Loop loop : after.loops()) {
      assertThat(loop.sessions()).isZero();
      assertThat(loop.timers()).isZero();
      assertThat(loop.usage().sockets()).isZero();
      assertThat(loop.usage().pipesInUse()).isZero();
      assertThat(loop.usage().buffersInUse()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void drainRefusesNewClientsAndLetsTheOthersFinish(String transport) throws Exception {
    try (EchoServer server = EchoServer.tcp();
        Proxy proxy = Proxy.start(simple(transport, server, ""));
        Client client = Client.of(proxy.boundAddress("web", 0))) {
      assertThat(client.ask("before")).isEqualTo("before");
      CompletableFuture<Integer> drained =
          CompletableFuture.supplyAsync(() -> proxy.drain(Duration.ofSeconds(30)));
      Awaitility.await().until(() -> isRefused(proxy));
      assertThat(client.ask("during")).isEqualTo("during");
      assertThat(drained.isDone()).isFalse();
      assertThat(client.finish()).isEmpty();

      assertThat(drained.get(20, TimeUnit.SECONDS)).isZero();
    }
  }

  private static boolean isRefused(Proxy proxy) {
    try (Client late = Client.of(proxy.boundAddress("web", 0))) {
      return !late.ask("late").equals("late"); // Served when the drain has not begun yet.
    } catch (IOException e) {
      return true;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void drainClosesWhatIsLeftAtItsDeadline(String transport) throws Exception {
    try (EchoServer server = EchoServer.tcp();
        Proxy proxy = Proxy.start(simple(transport, server, ""));
        Client first = Client.of(proxy.boundAddress("web", 0));
        Client second = Client.of(proxy.boundAddress("web", 0))) {
      assertThat(first.ask("first")).isEqualTo("first");
      assertThat(second.ask("second")).isEqualTo("second");

      assertThat(proxy.drain(Duration.ofMillis(50))).isEqualTo(2);

      assertThat(first.isEnded()).isTrue();
      assertThat(second.isEnded()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void closeDuringADrainEndsIt(String transport) throws Exception {
    try (EchoServer server = EchoServer.tcp();
        Proxy proxy = Proxy.start(simple(transport, server, ""));
        Client client = Client.of(proxy.boundAddress("web", 0))) {
      assertThat(client.ask("before")).isEqualTo("before");
      CompletableFuture<Integer> drained =
          CompletableFuture.supplyAsync(() -> proxy.drain(Duration.ofHours(1)));
      Awaitility.await().until(() -> isRefused(proxy));
      proxy.close();

      assertThat(drained.get(20, TimeUnit.SECONDS)).isNotNull();
      assertThat(client.isEnded()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void closeEndsEverythingAtOnceAndOnce(String transport) throws Exception {
    try (EchoServer server = EchoServer.tcp();
        Proxy proxy = Proxy.start(simple(transport, server, ""));
        Client client = Client.of(proxy.boundAddress("web", 0))) {
      assertThat(client.ask("before")).isEqualTo("before");
      proxy.close();

      assertThat(client.isEnded()).isTrue();
      assertThat(proxy.sessions()).isZero();
      assertThatThrownBy(() -> Client.of(proxy.boundAddress("web", 0)))
          .isInstanceOf(ConnectException.class);
      proxy.close();
    }
  }

  /** An operator's thread may ask just when the proxy goes. */
  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aClosedProxyAnswersAtOnce(String transport) throws Exception {
    try (EchoServer server = EchoServer.tcp();
        Proxy proxy = Proxy.start(simple(transport, server, ""))) {
      try (Client client = Client.of(proxy.boundAddress("web", 0))) {
        assertThat(client.ask("before")).isEqualTo("before");
        assertThat(client.finish()).isEmpty();
      }
      Awaitility.await().until(() -> proxy.sessions() == 0);
      proxy.close();
      long begunNs = System.nanoTime();

      assertThat(proxy.snapshot().all().get(Counter.SESSIONS)).isEqualTo(1);
      assertThat(proxy.drain(Duration.ofSeconds(30))).isZero();
      assertThat(Duration.ofNanos(System.nanoTime() - begunNs))
          .as("shorter than a loop that hangs is waited for")
          .isLessThan(Duration.ofMillis(Loops.COMMAND_WAIT_MS));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aFailedStartNamesTheAddressAndLeavesNothingOpen(String transport) throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Map<Integer, String> before = OpenDescriptors.now();
      SluiceConfig config =
          config(
              transport,
              "frontends.web { bind = [\"127.0.0.1:0\", \"127.0.0.1:"
                  + taken.getLocalPort()
                  + "\"], backend = app }\nbackends.app.servers.a = \"127.0.0.1:1\"");

      assertThatThrownBy(() -> Proxy.start(config))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("127.0.0.1:" + taken.getLocalPort())
          .hasMessageContaining("EADDRINUSE");
      assertThat(OpenDescriptors.since(before)).isEmpty();
    }
  }

  @Test
  void aHostThatCannotBeResolvedIsNamed() throws Exception {
    SluiceConfig config =
        config(
            "epoll",
            "frontends.web { bind = \"127.0.0.1:0\", backend = app }\n"
                + "backends.app.servers.a = \"no-such-host.invalid:80\"");

    assertThatThrownBy(() -> Proxy.start(config))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("server app/a")
        .hasMessageContaining("no-such-host.invalid");
  }

  @Test
  void anUnknownBindIsRefused() throws Exception {
    try (EchoServer server = EchoServer.tcp();
        Proxy proxy = Proxy.start(simple("epoll", server, ""))) {
      assertThatThrownBy(() -> proxy.boundAddress("web", 1))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> proxy.boundAddress("other", 0))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
