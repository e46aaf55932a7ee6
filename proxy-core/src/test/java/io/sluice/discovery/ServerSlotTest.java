package io.sluice.discovery;

import static io.sluice.discovery.Terms.address;
import static io.sluice.discovery.Terms.standIn;
import static io.sluice.discovery.Terms.weighted;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.backend.Backend;
import io.sluice.backend.Placement;
import io.sluice.backend.Server;
import io.sluice.backend.balance.Balancing;
import io.sluice.config.BackendConfig;
import io.sluice.health.StateLog;
import io.sluice.linux.SockAddr;
import io.sluice.session.LogCapture;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What filling and emptying does to servers and to the choice among them. */
class ServerSlotTest {
  private static final SockAddr CLIENT = address(7);

  private static Backend backend(String settings, int slots) throws Exception {
    BackendConfig config = Terms.backend(settings, "slots = " + slots);
    List<Server> servers = new ArrayList<>();
    config.servers().forEach(server -> servers.add(new Server(server, address(0), 1)));
    return new Backend(config, servers, Balancing.of(config), 10, 1);
  }

  private static ServerSlot slot(Backend backend, int at) {
    return new ServerSlot(backend.servers().get(at));
  }

  private static List<String> usable(Backend backend) {
    return backend.usable().stream().map(Server::name).toList();
  }

  @Test
  void anEmptySlotIsNeverChosen() throws Exception {
    Backend backend = backend("panic-threshold = 100%", 2);

    assertThat(backend.servers().get(0).state().text()).isEqualTo("MAINT (resolution)");
    assertThat(backend.assign(null, CLIENT, null, null)).isSameAs(Placement.NO_SERVER);
    assertThat(slot(backend, 0).held()).isNull();

    slot(backend, 1).fill(new Endpoint(address(80), 0, false));
    assertThat(usable(backend)).containsExactly("slot2");
    slot(backend, 1).empty("No IP for server");
    assertThat(backend.usable()).isEmpty();
  }

  @Test
  void slotsStandBesideServersOfTheFile() throws Exception {
    Backend backend = backend("servers.a = \"h:1\"", 1);

    assertThat(usable(backend)).containsExactly("a");
    slot(backend, 1).fill(new Endpoint(address(80), 0, false));
    assertThat(usable(backend)).containsExactly("a", "slot1");
  }

  @Test
  void weightIsTheRecordsOrElseTheConfigurations() throws Exception {
    Backend backend = backend("server-defaults.weight = 9", 2);
    Server server = backend.servers().get(0);

    slot(backend, 0).fill(weighted(80, 200));
    assertThat(server.weight()).isEqualTo(200);
    slot(backend, 0).fill(weighted(80, 3));
    assertThat(server.weight()).isEqualTo(3);
    assertThat(server.address()).isEqualTo(address(80));
    slot(backend, 0).empty("");
    slot(backend, 0).fill(new Endpoint(address(81), 0, false));
    assertThat(server.weight()).as("nothing is left of the one before").isEqualTo(9);
  }

  @Test
  void standInsAreBackupServers() throws Exception {
    Backend backend = backend("", 2);
    slot(backend, 0).fill(standIn(80));
    assertThat(usable(backend)).containsExactly("slot1");

    slot(backend, 1).fill(weighted(81, 1));
    assertThat(usable(backend)).containsExactly("slot2");
    assertThat(slot(backend, 0).held()).isEqualTo(standIn(80));

    slot(backend, 0).fill(weighted(80, 1));
    assertThat(usable(backend)).containsExactly("slot1", "slot2");
  }

  @Test
  void sessionsAreLeftAloneWhenTheirSlotIsEmptied() throws Exception {
    Backend backend = backend("server-defaults.max-connections = 1", 1);
    Server server = backend.servers().get(0);
    slot(backend, 0).fill(weighted(80, 1));
    assertThat(backend.assign(null, CLIENT, null, null).server()).isSameAs(server);

    slot(backend, 0).empty("");
    slot(backend, 0).fill(weighted(81, 1));

    assertThat(server.sessions()).isEqualTo(1);
    assertThat(server.hasRoom()).as("the slot counts the one that it still has").isFalse();
    server.leave();
    assertThat(backend.assign(null, CLIENT, null, null).server()).isSameAs(server);
  }

  /** Whichever slots the addresses are in. */
  @Test
  void twoProxiesBindClientsAlike() throws Exception {
    for (String method : List.of("maglev", "consistent")) {
      String settings = "balance = source, hash.method = " + method;
      Backend one = backend(settings, 5);
      Backend two = backend(settings, 5);
      for (int at = 0; at < 5; at++) {
        slot(one, at).fill(weighted(80 + at, 1 + at));
        slot(two, 4 - at).fill(weighted(80 + at, 1 + at));
      }
      for (int i = 0; i < 1000; i++) {
        SockAddr client = SockAddr.inet(java.net.InetAddress.getByName("10.1.2." + i % 256), i);
        assertThat(two.choose(client, null, null).address())
            .isEqualTo(one.choose(client, null, null).address());
      }
    }
  }

  /** As HAProxy has them in srv_update_addr and srv_update_status of its src/server.c. */
  @Test
  void changesAreLogged() throws Exception {
    Backend backend = backend("servers.a = \"h:1\"", 1);
    try (LogCapture log = new LogCapture()) {
      StateLog.watch(backend);
      slot(backend, 1).fill(weighted(80, 1));
      slot(backend, 1).fill(weighted(80, 2));
      slot(backend, 1).empty("DNS NX status");
      slot(backend, 1).fill(weighted(81, 2));

      assertThat(log.of(ServerSlot.class.getName()))
          .containsExactly(
              "app/slot1 changed its IP from (none) to 10.0.0.1:80 by DNS",
              "app/slot1 changed its IP from (none) to 10.0.0.1:81 by DNS");
      String back =
          "Server app/slot1 is UP (resolves again). 2 active and 0 backup servers online. 0"
              + " sessions requeued, 0 total in queue.";
      assertThat(log.of(StateLog.class.getName()))
          .containsExactly(
              back,
              "Server app/slot1 is going DOWN for maintenance (DNS NX status). 1 active and 0"
                  + " backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.",
              back);
    }
  }
}
