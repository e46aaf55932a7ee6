package io.sluice.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.SockAddr;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions come, wait, go and leave on several threads while servers change: no slot is lost. */
class QueueStressTest {
  private static final int THREADS = 4;
  private static final int STEPS = 40_000;
  private static final int SERVERS = 3;
  private static final int LIMIT = 3;

  private final long seed = System.nanoTime();
  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicInteger queued = new AtomicInteger();
  private final AtomicInteger cancelled = new AtomicInteger();
  private final AtomicIntegerArray held = new AtomicIntegerArray(SERVERS);

  /** A session: called on any thread, it tells its own. */
  private final class Guest extends Waiter {
    private final Queue<Guest> told;
    private final AtomicInteger open = new AtomicInteger();
    private volatile Server given;

    Guest(Queue<Guest> told) {
      this.told = told;
    }

    private void onCall(Server server) {
      calls.incrementAndGet();
      assertThat(open.getAndDecrement()).as("calls for one wait, seed %d", seed).isEqualTo(1);
      given = server;
      told.add(this);
    }

    @Override
    protected void onServer(Server server) {
      hold(server);
      onCall(server);
    }

    @Override
    protected void onNoServer() {
      onCall(null);
    }
  }

  private void hold(Server server) {
    assertThat(held.incrementAndGet(server.backend().servers().indexOf(server)))
        .as("seed %d", seed)
        .isLessThanOrEqualTo(LIMIT);
  }

  private void leave(Server server) {
    held.decrementAndGet(server.backend().servers().indexOf(server));
    server.leave();
  }

  /** One thread's sessions. */
  private final class Party {
    private final Backend backend;
    private final Random random;
    private final boolean changesServers;
    private final Queue<Guest> told = new ConcurrentLinkedQueue<>();
    private final List<Guest> waiting = new ArrayList<>();
    private final List<Server> inside = new ArrayList<>();

    Party(Backend backend, long seed, boolean changesServers) {
      this.backend = backend;
      this.changesServers = changesServers;
      random = new Random(seed);
    }

    void step() {
      listen();
      int what = random.nextInt(100);
      if (what < 45 && waiting.size() < 8) {
        come();
      } else if (what < 80) {
        if (!inside.isEmpty()) {
          leave(inside.remove(random.nextInt(inside.size())));
        }
      } else if (what < 97) {
        if (!waiting.isEmpty()) {
          cancel(random.nextInt(waiting.size()));
        }
      } else if (changesServers) {
        change(backend.servers().get(random.nextInt(SERVERS)));
      }
    }

    private void come() {
      Guest guest = new Guest(told);
      guest.open.set(1);
      SockAddr client = Scene.client(random.nextInt(50));
      Server avoid = random.nextBoolean() ? null : backend.servers().get(random.nextInt(SERVERS));
      Placement placement = backend.assign(guest, client, null, avoid);
      if (placement == Placement.QUEUED) {
        queued.incrementAndGet();
        waiting.add(guest);
      } else if (placement.server() != null) {
        hold(placement.server());
        inside.add(placement.server());
      }
    }

    private void cancel(int index) {
      Guest guest = waiting.get(index);
      if (guest.cancel()) {
        assertThat(guest.open.getAndDecrement()).as("seed %d", seed).isEqualTo(1);
        cancelled.incrementAndGet();
        waiting.remove(index);
      }
    }

    /** Takes what it was given: some keep the slot, some have gone and give it back. */
    void listen() {
      for (Guest guest = told.poll(); guest != null; guest = told.poll()) {
        waiting.remove(guest);
        if (guest.given != null) {
          if (random.nextInt(3) == 0) {
            leave(guest.given);
          } else {
            inside.add(guest.given);
          }
        }
      }
    }

    private void change(Server server) {
      switch (random.nextInt(5)) {
        case 0 -> Scene.down(server);
        case 1 -> server.setAdmin(ServerState.Admin.DRAIN, "");
        case 2 -> server.setWeight(random.nextInt(3));
        default -> restore(server);
      }
    }

    void leaveAll() {
      for (Iterator<Server> left = inside.iterator(); left.hasNext(); ) {
        Server server = left.next();
        left.remove();
        leave(server);
      }
    }
  }

  private static void restore(Server server) {
    Scene.up(server);
    server.setAdmin(ServerState.Admin.READY, "");
    server.setWeight(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "balance = leastconn",
        "balance = roundrobin",
        "balance = random",
        "balance = source",
        "balance = source, hash { method = consistent, balance-factor = 120% }",
      })
  void noSlotIsLostAndNobodyIsCalledTwice(String settings) throws Exception {
    System.out.println("seed " + seed);
    String server = "max-connections = " + LIMIT + ", max-queue = 4";
    Backend backend = Scene.backend(settings, server, server, server);
    List<Party> parties = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      parties.add(new Party(backend, seed + i, i == 0));
    }
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    CyclicBarrier start = new CyclicBarrier(THREADS);
    List<Future<Void>> runs = new ArrayList<>();
    for (Party party : parties) {
      Callable<Void> run =
          () -> {
            start.await(10, TimeUnit.SECONDS);
            for (int i = 0; i < STEPS; i++) {
              party.step();
            }
            return null;
          };
      runs.add(pool.submit(run));
    }
    for (Future<Void> run : runs) {
      run.get(60, TimeUnit.SECONDS);
    }
    pool.shutdown();
    finish(backend, parties);
  }

  /** All is quiet: whoever still waits must be served by the slots that are left. */
  private void finish(Backend backend, List<Party> parties) {
    backend.servers().forEach(QueueStressTest::restore);
    int rounds = 0;
    while (parties.stream().anyMatch(party -> !party.waiting.isEmpty())) {
      assertThat(rounds++).as("rounds, seed %d", seed).isLessThan(1000);
      parties.forEach(Party::leaveAll);
      parties.forEach(Party::listen);
    }
    parties.forEach(Party::leaveAll);

    assertThat(calls.get() + cancelled.get()).as("seed %d", seed).isEqualTo(queued.get());
    assertThat(backend.queued()).isZero();
    for (Server server : backend.servers()) {
      assertThat(server.sessions()).as("seed %d", seed).isZero();
      assertThat(server.queued()).isZero();
    }
    System.out.printf("%d waited, %d of them went%n", queued.get(), cancelled.get());
    assertThat(queued.get()).isGreaterThan(1000);
    assertThat(cancelled.get()).isPositive();
  }
}
