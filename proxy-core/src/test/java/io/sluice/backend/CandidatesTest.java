package io.sluice.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.backend.ServerState.Admin;
import io.sluice.linux.SockAddr;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which servers new sessions may go to. */
class CandidatesTest {

  private static List<String> usable(Backend backend) {
    return backend.usable().stream().map(Server::name).toList();
  }

  @Test
  void whatIsDownDrainedMaintainedOrWithoutWeightOrAddressIsLeftOut() throws Exception {
    Backend backend =
        Scene.backend("", "weight = 1", "weight = 1", "weight = 1", "weight = 0", "weight = 1");
    List<Server> servers = backend.servers();
    Scene.down(servers.get(0));
    servers.get(1).setAdmin(Admin.DRAIN, "");
    servers.get(2).setAdmin(Admin.MAINT, "");
    assertThat(usable(backend)).containsExactly("s4");

    servers.get(4).loseAddress("");
    assertThat(usable(backend)).isEmpty();
    assertThat(backend.choose(Scene.CLIENT, null, null)).isNull();
    assertThat(backend.assign(null, Scene.CLIENT, null, null)).isSameAs(Placement.NO_SERVER);

    servers.get(4).moveTo(Scene.client(5), "");
    servers.get(3).setWeight(5);
    Scene.up(servers.get(0));
    assertThat(usable(backend)).containsExactly("s0", "s3", "s4");
  }

  @Test
  void theFirstBackupStandsInWhenAllOthersAreGone() throws Exception {
    String[] servers = {"weight = 1", "backup = true", "backup = true", "weight = 1"};
    Backend backend = Scene.backend("", servers);
    assertThat(usable(backend)).containsExactly("s0", "s3");

    Scene.down(backend.servers().get(0));
    assertThat(usable(backend)).containsExactly("s3");
    backend.servers().get(3).setWeight(0);
    assertThat(usable(backend)).containsExactly("s1");
    Scene.down(backend.servers().get(1));
    assertThat(usable(backend)).containsExactly("s2");

    Backend all = Scene.backend("use-all-backups = true", servers);
    Scene.down(all.servers().get(0));
    Scene.down(all.servers().get(3));
    assertThat(usable(all)).containsExactly("s1", "s2");
    Scene.up(all.servers().get(3));
    assertThat(usable(all)).containsExactly("s3");
  }

  @Test
  void panicUsesWhatIsDownBelowItsShareOfTheWeight() throws Exception {
    Backend backend =
        Scene.backend(
            "panic-threshold = 50%", "weight = 2", "weight = 1", "weight = 1", "backup = true");
    List<Server> servers = backend.servers();
    Scene.down(servers.get(0));
    assertThat(usable(backend)).as("just half").containsExactly("s1", "s2");

    Scene.down(servers.get(1));
    assertThat(usable(backend)).containsExactly("s0", "s1", "s2");

    Scene.down(servers.get(2));
    assertThat(usable(backend)).as("nothing is up but the backup").containsExactly("s3");
    Scene.down(servers.get(3));
    assertThat(usable(backend)).containsExactly("s0", "s1", "s2");
    servers.get(2).setAdmin(Admin.MAINT, "");
    assertThat(usable(backend)).as("an operator's word counts").containsExactly("s0", "s1");
  }

  @Test
  void withoutPanicNothingUpIsNothing() throws Exception {
    Backend backend = Scene.backend("", "weight = 1");
    Scene.down(backend.servers().get(0));

    assertThat(backend.assign(null, Scene.CLIENT, null, null)).isSameAs(Placement.NO_SERVER);
  }

  @Test
  void weightsChangeTheShareAtOnce() throws Exception {
    Backend backend = Scene.backend("", "weight = 10", "weight = 10");
    backend.servers().get(0).setWeight(30);
    int[] counts = new int[2];
    for (int i = 0; i < 400; i++) {
      counts[backend.servers().indexOf(backend.choose(Scene.client(i), null, null))]++;
    }
    assertThat(counts).containsExactly(300, 100);

    Server server = backend.servers().get(0);
    assertThatThrownBy(() -> server.setWeight(257)).isInstanceOf(IllegalArgumentException.class);
  }

  /** Two proxies that know the same of the same servers, wherever these are. */
  @Test
  void twoBackendsBindClientsAlike() throws Exception {
    for (String method : List.of("maglev", "consistent")) {
      String settings = "balance = source, hash.method = " + method;
      String[] servers = {"weight = 3", "weight = 1", "weight = 8", "backup = true"};
      Backend one = Scene.backend(settings, servers);
      Backend two = Scene.backend(settings, servers);
      two.servers().get(0).moveTo(Scene.client(77), "");
      for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 5000; i++) {
          SockAddr client = Scene.client(i * 7919);
          assertThat(two.choose(client, null, null).name())
              .isEqualTo(one.choose(client, "ignored.example", null).name());
        }
        Scene.down(one.servers().get(2));
        Scene.down(two.servers().get(2));
      }
    }
  }
}
