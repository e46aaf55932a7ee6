package io.sluice.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ConfigReader;
import io.sluice.config.SluiceConfig;
import io.sluice.session.LogCapture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A proxy whose servers a name server tells: its start, its end, and what is seen in between. */
@Timeout(60)
class ProxyDiscoverTest extends WithNameServer {
  private Proxy start(int port, String discover, String backend) throws Exception {
    return Proxy.start(config(port, discover, backend));
  }

  private SluiceConfig config(int port, String discover, String backend) throws Exception {
    return ConfigReader.parse(
            "test",
            "sluice { threads = 1, frontends.f { bind = \"127.0.0.1:0\", backend = a }\n"
                + "discover { slots = 3, resolvers = "
                + names.address()
                + ", "
                + discover
                + " }\nbackends.a { discover { name = a.example, port = "
                + port
                + " }\n"
                + backend
                + " }\nbackends.b.discover { name = b.example, port = 1 } }")
        .config();
  }

  private static Client connect(Proxy proxy) throws IOException {
    return Client.of(proxy.boundAddress("f", 0));
  }

  @Test
  void itListensWithTheFirstAnswersAndCountsServersThatThereAre() throws Exception {
    names.knows("a.example 60 A 127.0.0.1", "a.example 60 A 127.0.0.2", "b.example 60 A 10.0.0.3");
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Proxy proxy = start(server.getLocalPort(), "timeout = 5s", "");
        Client client = connect(proxy);
        Socket accepted = server.accept()) {
      client.socket.getOutputStream().write(7);

      assertThat(accepted.getInputStream().read()).isEqualTo(7);
      assertThat(proxy.servers()).isEqualTo(3);
      assertThat(proxy.serversUp()).isEqualTo(3);
      assertThat(proxy.snapshot().servers()).containsKeys("a/slot1", "a/slot3", "b/slot1");
    }
  }

  @Test
  void itStartsWithoutAnswersOnceAllAttemptsHaveFailed() throws Exception {
    names.silent = true;
    long begunNs = System.nanoTime();
    try (LogCapture log = new LogCapture();
        Proxy proxy = start(1, "timeout = 200ms, retries = 1, retry-interval = 50ms", "")) {
      assertThat(Duration.ofNanos(System.nanoTime() - begunNs))
          .isBetween(Duration.ofMillis(390), Duration.ofSeconds(10));
      assertThat(proxy.servers()).isZero();
      try (Client client = connect(proxy)) {
        assertThat(client.socket.getInputStream().read()).isEqualTo(-1);
      }
      String failed = "backend a: a.example cannot be resolved, DNS timeout status: ";
      await("line", () -> log.times(failed) == 1); // The start does not wait for it.

      names.knows("a.example 60 A 127.0.0.1", "b.example 60 A 127.0.0.1");
      names.silent = false;
      await("server", () -> proxy.serversUp() == 2);
      await("its line", () -> log.times("backend a: a.example resolves again") == 1);
      assertThat(log.times(failed)).isEqualTo(1);
    }
  }

  /** Ten seconds of waiting for name servers are a tenth of what systemd gives a stop. */
  @Test
  void aReloadThatWaitsForNameServersDoesNotHoldTheEndUp() throws Exception {
    names.knows("a.example 60 A 127.0.0.1", "b.example 60 A 127.0.0.1");
    Proxy proxy = start(1, "timeout = 5s", "");
    names.silent = true;
    SluiceConfig next = config(1, "timeout = 30s, retries = 0", "");
    CompletableFuture<List<String>> reload = new CompletableFuture<>();
    new Thread(() -> complete(reload, () -> proxy.reload(next)), "reload").start();
    await("question", () -> names.asked.size() == 4);
    long begunNs = System.nanoTime();

    proxy.drain(Duration.ZERO);

    assertThat(Duration.ofNanos(System.nanoTime() - begunNs)).isLessThan(Duration.ofSeconds(8));
    assertThat(reload.get(20, TimeUnit.SECONDS)).isEmpty();
  }

  private static <T> void complete(CompletableFuture<T> future, Callable<T> call) {
    try {
      future.complete(call.call());
    } catch (Exception e) {
      future.completeExceptionally(e);
    }
  }

  /** What happens to names is no failure of servers. */
  @Test
  void sessionsOfASlotThatIsEmptiedAreKeptEvenWhereThoseOfServersThatAreDownAreNot()
      throws Exception {
    names.knows("a.example 1 A 127.0.0.1", "b.example 1 A 10.0.0.3");
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Proxy proxy =
            start(
                server.getLocalPort(),
                "timeout = 5s, ttl-max = 1s, hold-nx = 0s",
                "server-defaults.on-marked-down = close-sessions");
        Client client = connect(proxy);
        Socket accepted = server.accept()) {
      names.knows("b.example 1 A 10.0.0.3");
      await("an empty slot", () -> proxy.servers() == 1);

      client.socket.getOutputStream().write(7);
      assertThat(accepted.getInputStream().read()).isEqualTo(7);
      accepted.getOutputStream().write(8);
      assertThat(client.socket.getInputStream().read()).isEqualTo(8);
    }
  }

  @Test
  void nothingIsLeftAfterTheEnd() throws Exception {
    names.knows("a.example 60 A 127.0.0.1", "b.example 60 A 127.0.0.1");
    start(1, "timeout = 5s", "").close();

    assertThat(names.asked).hasSize(2);
    expectNobodyAsks();
  }
}
