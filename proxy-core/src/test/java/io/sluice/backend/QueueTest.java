package io.sluice.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.backend.Scene.Listener;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who waits for what, and who is next. */
class QueueTest {
  private final List<String> heard = new ArrayList<>();

  private Listener waiter(String name) {
    return new Listener(name, heard);
  }

  /** Waiters a, b, c and so on, which all have to wait. */
  private List<Listener> waiting(Backend backend, int count) {
    List<Listener> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Listener waiter = waiter(String.valueOf((char) ('a' + i)));
      assertThat(waiter.assign(backend, Scene.CLIENT)).isSameAs(Placement.QUEUED);
      all.add(waiter);
    }
    return all;
  }

  private static Server taken(Backend backend) {
    Server server = backend.assign(null, Scene.CLIENT, null, null).server();
    assertThat(server).isNotNull();
    return server;
  }

  @Test
  void aFullBackendServesInTheOrderOfComing() throws Exception {
    Backend backend = Scene.backend("balance = leastconn", "max-connections = 1", "weight = 0");
    Server server = taken(backend);
    waiting(backend, 3);
    assertThat(backend.queued()).isEqualTo(3);
    assertThat(server.sessions()).isEqualTo(1);

    server.leave();
    server.leave();
    assertThat(heard).containsExactly("a@s0", "b@s0");
    assertThat(server.sessions()).isEqualTo(1);
    server.leave();
    server.leave();
    assertThat(heard).containsExactly("a@s0", "b@s0", "c@s0");
    assertThat(server.sessions()).isZero();
    assertThat(backend.queued()).isZero();
  }

  @Test
  void whoHasGoneIsPassedOverAndNeverCalled() throws Exception {
    Backend backend = Scene.backend("", "max-connections = 1");
    Server server = taken(backend);
    List<Listener> all = waiting(backend, 4);

    assertThat(all.get(0).cancel()).isTrue();
    assertThat(all.get(2).cancel()).isTrue();
    assertThat(all.get(2).cancel()).isFalse();
    server.leave();
    assertThat(all.get(1).cancel()).as("it has its slot").isFalse();
    server.leave();
    server.leave();

    assertThat(heard).containsExactly("b@s0", "d@s0");
    assertThat(server.sessions()).isZero();
  }

  @Test
  void whoComesLaterDoesNotOvertakeWhoWaits() throws Exception {
    Backend backend = Scene.backend("", "max-connections = 2");
    Server server = taken(backend);
    taken(backend);
    waiting(backend, 1);
    assertThat(server.tryEnter()).isFalse();

    Listener late = waiter("late");
    assertThat(late.assign(backend, Scene.CLIENT)).isSameAs(Placement.QUEUED);
    server.leave();
    server.leave();
    assertThat(heard).containsExactly("a@s0", "late@s0");
  }

  @Test
  void aClientThatIsBoundWaitsForItsServerThoughOthersAreFree() throws Exception {
    Backend backend =
        Scene.backend("balance = source", "max-connections = 1", "max-connections = 1");
    Server own = taken(backend);
    Server other = backend.servers().get(1 - own.backend().servers().indexOf(own));
    waiting(backend, 2);

    assertThat(own.queued()).isEqualTo(2);
    assertThat(backend.queued()).isZero();
    assertThat(other.hasRoom()).isTrue();
    assertThat(own.hasRoom()).isFalse();
    own.leave();
    assertThat(heard).containsExactly("a@" + own.name());
    assertThat(own.queued()).isEqualTo(1);
  }

  @Test
  void aFullQueueOfAServerSendsItsClientsToAnyOther() throws Exception {
    String server = "max-connections = 1, max-queue = 1";
    Backend backend = Scene.backend("balance = source", server, server);
    Server own = taken(backend);
    Server other = backend.servers().get(1 - own.backend().servers().indexOf(own));
    waiting(backend, 1);

    Listener second = waiter("second");
    assertThat(second.assign(backend, Scene.CLIENT).server()).isSameAs(other);
    Listener third = waiter("third");
    assertThat(third.assign(backend, Scene.CLIENT)).isSameAs(Placement.QUEUED);
    assertThat(backend.queued()).isEqualTo(1);

    other.leave();
    own.leave();
    assertThat(heard).containsExactly("third@" + other.name(), "a@" + own.name());
  }

  @Test
  void aServersOwnQueueComesBeforeTheBackends() throws Exception {
    String server = "max-connections = 1, max-queue = 1";
    Backend backend = Scene.backend("balance = source", server, server);
    Server own = taken(backend);
    Listener elsewhere = waiter("elsewhere");
    waiting(backend, 1);
    elsewhere.assign(backend, Scene.CLIENT);
    Listener any = waiter("any");
    any.assign(backend, Scene.CLIENT);

    own.leave();
    own.leave();
    assertThat(heard).containsExactly("a@" + own.name(), "any@" + own.name());
  }

  @Test
  void aServerThatGoesDownSendsItsQueueToTheOthers() throws Exception {
    Backend backend =
        Scene.backend("balance = source", "max-connections = 1", "max-connections = 2");
    Server own = backend.servers().get(0);
    Server other = backend.servers().get(1);
    int client = 0;
    while (backend.choose(Scene.client(client), null, null) != own) {
      client++;
    }
    waiter("first").assign(backend, Scene.client(client));
    for (String name : List.of("a", "b", "c")) {
      waiter(name).assign(backend, Scene.client(client));
    }
    assertThat(own.queued()).isEqualTo(3);

    Scene.down(own);
    assertThat(heard).containsExactly("a@s1", "b@s1");
    assertThat(own.queued()).isZero();
    assertThat(other.queued()).as("c is bound to it now").isEqualTo(1);
    own.leave();
    assertThat(heard).as("a server that is down hands nothing over").hasSize(2);
    other.leave();
    assertThat(heard).containsExactly("a@s1", "b@s1", "c@s1");
  }

  @Test
  void aServerThatComesUpServesTheBackendsQueue() throws Exception {
    Backend backend = Scene.backend("", "max-connections = 1", "max-connections = 2");
    Scene.down(backend.servers().get(1));
    taken(backend);
    waiting(backend, 3);

    Scene.up(backend.servers().get(1));

    assertThat(heard).containsExactly("a@s1", "b@s1");
    assertThat(backend.queued()).isEqualTo(1);
  }

  @Test
  void whenTheLastServerGoesNobodyWaitsInVain() throws Exception {
    Backend backend = Scene.backend("", "max-connections = 1");
    Server server = taken(backend);
    List<Listener> all = waiting(backend, 2);

    server.setAdmin(ServerState.Admin.MAINT, "");

    assertThat(heard).containsExactly("a none", "b none");
    assertThat(backend.queued()).isZero();
    assertThat(all.get(0).cancel()).isFalse();
    assertThat(all.get(0).assign(backend, Scene.CLIENT)).isSameAs(Placement.NO_SERVER);
    server.leave();
    assertThat(heard).hasSize(2);
  }

  @Test
  void aWaiterMayWaitAgain() throws Exception {
    Backend backend = Scene.backend("", "max-connections = 1");
    Server server = taken(backend);
    Listener waiter = waiting(backend, 1).get(0);
    server.leave();
    assertThat(waiter.assign(backend, Scene.CLIENT)).isSameAs(Placement.QUEUED);
    server.leave();

    assertThat(heard).containsExactly("a@s0", "a@s0");
  }

  @Test
  void aHigherLimitServesTheQueueAtOnce() throws Exception {
    Backend backend = Scene.backend("", "max-connections = 1");
    Server server = taken(backend);
    waiting(backend, 4);

    server.setMaxConnections(3);
    assertThat(heard).containsExactly("a@s0", "b@s0");
    server.setMaxConnections(0);
    assertThat(heard).hasSize(4);
    assertThat(server.sessions()).isEqualTo(5);
  }

  /** Each session that comes makes the limits grow, so one that waits may be served by that. */
  @Test
  void limitsThatGrowWithTheBackendServeTheQueue() throws Exception {
    Backend backend = Scene.backend(10, "", "max-connections = 10, min-connections = 2");
    Server server = backend.servers().get(0);
    List<Placement> placements = new ArrayList<>();
    for (int i = 1; i <= 10; i++) {
      backend.sessions().incrementAndGet();
      assertThat(server.limit()).isEqualTo(Math.max(2, i));
      placements.add(waiter("w" + i).assign(backend, Scene.CLIENT));
    }
    assertThat(placements).allMatch(placement -> placement.server() == server);

    Backend slow = Scene.backend(20, "", "max-connections = 10, min-connections = 2");
    for (int i = 1; i <= 12; i++) {
      slow.sessions().incrementAndGet();
      waiter("v" + i).assign(slow, Scene.CLIENT);
    }
    assertThat(slow.servers().get(0).sessions()).isEqualTo(6);
    assertThat(heard).containsExactly("v3@s0", "v4@s0", "v5@s0", "v6@s0");
  }

  @Test
  void aServerToAvoidIsTakenOnlyIfThereIsNoOther() throws Exception {
    Backend backend = Scene.backend("", "weight = 100", "weight = 1");
    Server first = backend.servers().get(0);
    for (int i = 0; i < 100; i++) {
      assertThat(backend.assign(null, Scene.CLIENT, null, first).server()).isNotSameAs(first);
    }
    Scene.down(backend.servers().get(1));

    assertThat(backend.assign(null, Scene.CLIENT, null, first).server()).isSameAs(first);
  }
}
