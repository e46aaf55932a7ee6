package io.sluice.proxy;

import static io.sluice.proxy.ReloadScene.WEB;
import static io.sluice.proxy.ReloadScene.app;
import static io.sluice.proxy.ReloadScene.config;
import static io.sluice.proxy.ReloadScene.served;
import static io.sluice.proxy.ReloadScene.server;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.OpenDescriptors;
import io.sluice.stats.Counter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many configurations one after the other, while sessions come and go and others last. */
@ExtendWith(OpenDescriptors.class)
class ReloadUnderLoadTest {
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
            + "check { type = tcp }, tcp.nodelay = false\n",
      };
      try (Proxy proxy = Proxy.start(config(transport, variants[0]))) {
        List<Client> lasting = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
          lasting.add(served(proxy));
        }
        proxy.reload(config(transport, variants[1]));
        proxy.reload(config(transport, variants[0]));
        int descriptors = OpenDescriptors.now().size();
        Map<String, Integer> objects = Leftovers.live();
        // A variant without server a makes it another one, and those that last keep theirs.
        objects.merge("io.sluice.backend.Server", 1, Integer::sum);
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
        Awaitility.await()
            .untilAsserted(
                () ->
                    assertThat(Leftovers.live())
                        .allSatisfy(
                            (name, n) -> assertThat(n).isLessThanOrEqualTo(objects.get(name))));
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

  /** What would be left behind by a reload, counted by the collector. */
  private static final class Leftovers {
    private static final List<String> CLASSES =
        List.of(
            "io.sluice.session.Session",
            "io.sluice.session.Frontend",
            "io.sluice.session.Acceptor",
            "io.sluice.backend.Backend",
            "io.sluice.backend.Server",
            "io.sluice.health.ServerHealth",
            "io.sluice.config.SluiceConfig");

    static Map<String, Integer> live() throws JMException {
      String histogram =
          (String)
              ManagementFactory.getPlatformMBeanServer()
                  .invoke(
                      new ObjectName("com.sun.management:type=DiagnosticCommand"),
                      "gcClassHistogram",
                      new Object[] {new String[0]},
                      new String[] {String[].class.getName()});
      Map<String, Integer> counts = new HashMap<>();
      for (String name : CLASSES) {
        counts.put(name, 0);
        Matcher row =
            Pattern.compile("(?m)^ *\\d+: +(\\d+) +\\d+  " + Pattern.quote(name) + "(?: .*)?$")
                .matcher(histogram);
        if (row.find()) {
          counts.put(name, Integer.parseInt(row.group(1)));
        }
      }
      assertThat(counts.get("io.sluice.session.Frontend")).as(histogram).isPositive();
      return counts;
    }
  }
}
