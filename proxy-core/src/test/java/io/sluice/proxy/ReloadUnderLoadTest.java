package io.sluice.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ConfigReader;
import io.sluice.config.SluiceConfig;
import io.sluice.linux.OpenDescriptors;
import io.sluice.stats.Counter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many configurations one after the other, while sessions come and go and others last. */
@ExtendWith(OpenDescriptors.class)
class ReloadUnderLoadTest {
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

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void fiftyReloadsUnderLoadLoseNothingAndLeaveNothing(String transport) throws Exception {
    int clients = 4;
    try (EchoServer a = EchoServer.tcp();
        EchoServer b = EchoServer.tcp()) {
      String[] variants = {
        WEB + app(server("a", a)),
        WEB + app(server("a", a) + server("b", b)) + "timeouts.client = 40s\n",
        "frontends.web { bind = \"127.0.0.1:0\", backend = app, max-connections = 77 }\n"
            + "frontends.x { bind = \"127.0.0.2:0\", backend = app }\n"
            + app(server("b", b))
            + "check { type = tcp, interval = 20ms }, tcp.nodelay = false\n",
      };
      try (Proxy proxy = Proxy.start(config(transport, variants[0]))) {
        List<Client> lasting = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
          lasting.add(served(proxy));
        }
        proxy.reload(config(transport, variants[1]));
        proxy.reload(config(transport, variants[0]));
        int descriptors = OpenDescriptors.now().size();
        List<CompletableFuture<Integer>> load = new ArrayList<>();
        var going = new AtomicBoolean(true);
        for (int i = 0; i < clients; i++) {
          load.add(CompletableFuture.supplyAsync(() -> connectUntil(proxy, going)));
        }

        for (int i = 1; i <= 50; i++) {
          proxy.reload(config(transport, variants[i % variants.length]));
          for (Client client : lasting) {
            assertThat(client.ask("round " + i)).isEqualTo("round " + i);
          }
        }
        going.set(false);
        int sessions = 0;
        for (CompletableFuture<Integer> one : load) {
          sessions += one.get(20, TimeUnit.SECONDS);
        }
        proxy.reload(config(transport, variants[0]));
        assertThat(sessions).isPositive();
        long begun = (long) sessions + lasting.size();
        Awaitility.await().until(() -> proxy.sessions() == lasting.size());
        Map<Counter, Long> all = proxy.snapshot().all();
        assertThat(all.get(Counter.SESSIONS)).isEqualTo(begun);
        assertThat(all.get(Counter.CLOSED_NORMALLY)).isEqualTo(sessions);
        Awaitility.await().until(() -> OpenDescriptors.now().size() <= descriptors);
        for (Client client : lasting) {
          client.close();
        }
      }
    }
  }

  /** One short session after the other; how many. */
  private static int connectUntil(Proxy proxy, AtomicBoolean going) {
    int sessions = 0;
    try {
      while (going.get()) {
        try (Client client = served(proxy)) {
          assertThat(client.finish()).isEmpty();
        }
        sessions++;
      }
    } catch (IOException e) {
      throw new IllegalStateException("session " + sessions, e);
    }
    return sessions;
  }
}
