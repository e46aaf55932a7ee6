package io.sluice.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.backend.Backend;
import io.sluice.backend.Server;
import io.sluice.config.BackendConfig;
import io.sluice.config.ConfigReader;
import io.sluice.config.SluiceConfig;
import io.sluice.linux.SockAddr;
import io.sluice.transport.nio.NioTransport;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Backends that are discovered, one by one, as at the start and with a reload. */
@Timeout(60)
class DiscoveriesTest extends WithNameServer {
  private final Discoveries discoveries = new Discoveries();
  private List<Backends.Plan> planned;

  @AfterEach
  void end() {
    discoveries.close();
  }

  private SluiceConfig config(String discover, int weight) throws Exception {
    return ConfigReader.parse(
            "test",
            "sluice { frontends.f { bind = \":1\", backend = a }, discover { "
                + discover
                + ", port = 80, slots = 2, resolvers = "
                + names.address()
                + " }\n"
                + "backends.a { discover.name = a.example, server-defaults.weight = "
                + weight
                + " }\n"
                + "backends.b { discover.name = b.example }\n"
                + "backends.plain { servers.s = \"127.0.0.1:1\" } }")
        .config();
  }

  /** Backends a, b and plain, of which the last discovers nothing. */
  private List<Backend> backends(String discover) throws Exception {
    SluiceConfig config = config(discover, 3);
    Backends source = new Backends(new NioTransport(), 1);
    List<Backends.Plan> plans = new ArrayList<>();
    for (BackendConfig backend : config.backends().values()) {
      plans.add(source.plan(backend, 10, null));
    }
    planned = plans;
    return plans.stream().map(source::commit).toList();
  }

  /** Goes over to what the last of {@link #backends} say, but for those in {@code without}. */
  private void commit(String... without) throws Exception {
    Map<String, Discoveries.Filling> fillings = new LinkedHashMap<>(discoveries.plan(planned));
    fillings.keySet().removeAll(List.of(without));
    discoveries.commit(fillings);
  }

  private static List<String> addresses(Backend backend) {
    return backend.usable().stream().map(server -> server.address().toString()).toList();
  }

  @Test
  void theFirstAnswersAreThereWhenItHasStarted() throws Exception {
    names.knows("a.example 60 A 10.0.0.1", "a.example 60 A 10.0.0.2", "b.example 60 A 10.0.0.3");
    List<Backend> backends = backends("timeout = 5s");

    commit();

    assertThat(addresses(backends.get(0))).containsExactly("10.0.0.1:80", "10.0.0.2:80");
    assertThat(addresses(backends.get(1))).containsExactly("10.0.0.3:80");
    assertThat(backends.get(0).usable()).extracting(Server::weight).containsOnly(3);
    assertThat(addresses(backends.get(2))).containsExactly("127.0.0.1:1");
  }

  @Test
  void aSlotThatMovesWhileAReloadIsPreparedStaysWhereItIs() throws Exception {
    names.knows("a.example 60 A 10.0.0.1", "b.example 60 A 10.0.0.3");
    Backend backend = backends("timeout = 5s").get(0);
    commit();
    Server slot = backend.usable().get(0);
    Backends source = new Backends(new NioTransport(), 1);
    Backends.Plan prepared = source.plan(backend.config(), 10, backend);
    SockAddr elsewhere = SockAddr.inet(InetAddress.getByName("10.0.0.9"), 80);
    slot.moveTo(elsewhere, "");

    assertThat(source.commit(prepared)).isSameAs(backend);

    assertThat(slot.address()).isEqualTo(elsewhere);
  }

  @Test
  void weightsOfRecordsOutliveAnotherWeightOfTheConfiguration() throws Exception {
    names.knows(
        "a.example 60 SRV 10 70 80 t.example",
        "t.example 60 A 10.0.0.1",
        "b.example 60 SRV 10 1 80 t.example");
    Backend backend = backends("timeout = 5s, type = srv").get(0);
    commit();
    Server slot = backend.usable().get(0);
    assertThat(slot.weight()).isEqualTo(70);

    BackendConfig other = config("timeout = 5s, type = srv", 9).backends().get("a");
    Backends source = new Backends(new NioTransport(), 1);
    planned = List.of(source.plan(other, 10, backend));
    Map<String, Discoveries.Filling> fillings = discoveries.plan(planned);
    assertThat(source.commit(planned.get(0))).isSameAs(backend);
    discoveries.commit(fillings);

    assertThat(slot.config().weight()).isEqualTo(9);
    assertThat(slot.weight()).isEqualTo(70);
  }

  @Test
  void itStartsWithoutAnswersOnceAllAttemptsHaveFailed() throws Exception {
    names.silent = true;
    List<Backend> backends = backends("timeout = 200ms, retries = 1");
    long begunNs = System.nanoTime();

    commit();

    assertThat(Duration.ofNanos(System.nanoTime() - begunNs))
        .isBetween(Duration.ofMillis(390), Duration.ofSeconds(9));
    assertThat(backends.get(0).usable()).isEmpty();
    assertThat(backends.get(0).servers())
        .extracting(server -> server.state().text())
        .containsOnly("MAINT (resolution)");
  }

  @Test
  void whoIsInAHurryDoesNotWaitForNameServers() throws Exception {
    names.silent = true;
    backends("timeout = 30s, retries = 0");
    Map<String, Discoveries.Filling> fillings = discoveries.plan(planned);
    Thread waiting = new Thread(() -> discoveries.commit(fillings), "commit");
    long begunNs = System.nanoTime();
    waiting.start();
    await("question", () -> names.asked.size() == 2);

    discoveries.hurry();

    waiting.join(20_000);
    backends("timeout = 29s, retries = 0");
    commit();
    assertThat(Duration.ofNanos(System.nanoTime() - begunNs)).isLessThan(Duration.ofSeconds(9));
  }

  @Test
  void whatIsTakenAwayIsLeftAsItIsAndTakenUpAgain() throws Exception {
    names.knows("a.example 1 A 10.0.0.1", "b.example 1 A 10.0.0.1");
    List<Backend> backends = backends("timeout = 5s, ttl-max = 1s");
    Backend a = backends.get(0);
    Backend b = backends.get(1);
    commit();

    commit("a");
    names.knows("a.example 1 A 10.0.0.9", "b.example 1 A 10.0.0.9");
    await("answer for b", () -> addresses(b).equals(List.of("10.0.0.9:80")));
    long asked = names.asked.stream().filter(line -> line.endsWith("a.example")).count();
    names.knows("b.example 1 A 10.0.0.8");
    await("answer for b", () -> addresses(b).equals(List.of("10.0.0.8:80")));

    assertThat(names.asked.stream().filter(line -> line.endsWith("a.example")))
        .hasSize((int) asked);
    assertThat(addresses(a)).containsExactly("10.0.0.1:80");

    names.knows("a.example 1 A 10.0.0.1", "a.example 1 A 10.0.0.2", "b.example 1 A 10.0.0.8");
    commit();
    assertThat(addresses(a)).containsExactly("10.0.0.1:80", "10.0.0.2:80");
    assertThat(a.servers().get(0).address()).hasToString("10.0.0.1:80");
  }

  @Test
  void whatIsTheSameGoesOnAndIsNotAskedAnew() throws Exception {
    names.knows("a.example 60 A 10.0.0.1", "b.example 60 A 10.0.0.1");
    backends("timeout = 5s");
    commit();
    Map<String, Discoveries.Filling> before = discoveries.plan(planned);
    commit();

    assertThat(discoveries.plan(planned)).isEqualTo(before);
    assertThat(names.asked).hasSize(2);
  }

  @Test
  void nothingIsAskedAfterTheEnd() throws Exception {
    names.knows("a.example 60 A 10.0.0.1", "b.example 60 A 10.0.0.1");
    List<Backend> backends = backends("timeout = 5s");
    commit();

    discoveries.close();

    assertThat(names.asked).hasSize(2);
    assertThat(addresses(backends.get(0))).containsExactly("10.0.0.1:80");
    expectNobodyAsks();
  }
}
