package io.sluice.backend;

import io.sluice.backend.balance.Balancing;
import io.sluice.config.BackendConfig;
import io.sluice.linux.SockAddr;
import io.sluice.stats.CounterSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A named group of servers, the way to choose among them, and those who wait for one.
 *
 * <p>The usable servers stand in an immutable {@link Candidates}, which is made anew under the lock
 * when a state, weight or limit changes, and is read without one. Who need not wait touches no
 * lock.
 *
 * <p>Invariant: while somebody waits in a line, no server that would serve that line has a free
 * slot, unless a thread is on its way to hand it over. It holds because a slot is free before
 * {@link #waiting} is read ({@link #onSlotFree}), and {@code waiting} is raised before slots are
 * looked at ({@link #queue}). Thread-safe.
 */
public final class Backend {
  /** Slots lost to other threads in a row before the lock is asked. */
  private static final int RACES_MAX = 3;

  private final CounterSet counters;
  private final AtomicInteger sessions = new AtomicInteger();
  private final List<ServerListener> listeners = new CopyOnWriteArrayList<>();

  // Written under the lock, and before the candidates that come of them.
  private volatile BackendConfig config;
  private volatile List<Server> servers;
  private volatile Balancing balancing;
  private volatile int fullConnections;

  private final ReentrantLock lock = new ReentrantLock();

  /** Those who take any server. Guarded by the lock. */
  private final Line line = new Line();

  /** Waiters in all lines; written under the lock. */
  private volatile int waiting;

  private volatile Candidates candidates;

  /**
   * A backend for {@code loops} loops.
   *
   * @param servers those of {@code config}, resolved, in its order
   * @param fullConnections sessions at which servers with {@code min-connections} take all of their
   *     {@code max-connections}
   */
  public Backend(
      BackendConfig config,
      List<Server> servers,
      Balancing balancing,
      int fullConnections,
      int loops) {
    this.config = config;
    this.fullConnections = fullConnections;
    this.servers = List.copyOf(servers);
    this.balancing = balancing;
    counters = new CounterSet(loops);
    this.servers.forEach(server -> server.join(this));
    candidates = Candidates.of(this.servers, config.balance(), balancing);
  }

  /** Its name in the configuration. */
  public String name() {
    return config.name();
  }

  /** The terms that new sessions run on. */
  public BackendConfig config() {
    return config;
  }

  /** In the order of the configuration. */
  public List<Server> servers() {
    return servers;
  }

  /**
   * Goes on with another configuration of the same name: new sessions, and those that wait for a
   * server, run on its terms from now on. Servers that are no longer among {@code next} get no new
   * sessions; those that they have go on.
   *
   * @param next those of {@code terms} in its order: servers that it has already, and new ones
   */
  public void update(
      BackendConfig terms, List<Server> next, Balancing balancing, int fullConnections) {
    granting(
        grants -> {
          List<Server> former = servers;
          for (int i = 0; i < next.size(); i++) {
            next.get(i).join(this);
            next.get(i).setConfig(terms.servers().get(i));
          }
          config = terms;
          this.balancing = balancing;
          this.fullConnections = fullConnections;
          servers = List.copyOf(next);
          rebuild(grants, former);
        });
  }

  /** Does what may hand out slots under the lock, then tells who got one. */
  private void granting(Consumer<Grants> change) {
    var grants = new Grants();
    lock.lock();
    try {
      change.accept(grants);
    } finally {
      lock.unlock();
    }
    grants.tell(null);
  }

  /** Hears of every change of the state of a server, also of those that are yet to come. */
  public void addListener(ServerListener listener) {
    listeners.add(listener);
  }

  void tell(Server server, ServerState before, ServerState after, String why) {
    for (ServerListener listener : listeners) {
      listener.onStateChanged(server, before, after, why);
    }
  }

  /** What was counted for all of its servers together. */
  public CounterSet counters() {
    return counters;
  }

  /** Sessions that belong to it now, also those that wait for a server. */
  public AtomicInteger sessions() {
    return sessions;
  }

  /** Those who wait for any of its servers; not those who wait for one of them. */
  public int queued() {
    return line.size();
  }

  /** Whether a client belongs to one server, so that trying again at once finds the same one. */
  public boolean isBinding() {
    return balancing.isBinding();
  }

  /** The servers that new sessions go to now. */
  public List<Server> usable() {
    return candidates.servers();
  }

  /** The part of {@code max} that the backend's sessions are of those that make it full. */
  int fullness(int max) {
    int now = sessions.get();
    return now >= fullConnections ? max : (int) ((long) max * now / fullConnections);
  }

  /**
   * The server that the balance would give to a new session; takes no slot.
   *
   * @param client who asks; where its address came by PROXY protocol, that one
   * @param serverName what the client asked for in its ClientHello, or null
   * @param avoid a server that has just failed: taken only where there is no other; or null
   * @return null when no server is usable, or all are full and the balance is free to take any
   */
  public Server choose(SockAddr client, String serverName, Server avoid) {
    Candidates now = candidates;
    return now.choose(balancing.key(client, serverName), avoid);
  }

  /**
   * A slot of a server for a new session, or a place in a queue.
   *
   * <p>Like HAProxy: where the balance binds a client to one server, it waits for that one, unless
   * {@code max-queue} waiters do so already; otherwise for any, in the order of coming.
   *
   * @param waiter who is told when a slot is free; used only if the result is {@link
   *     Placement#QUEUED}
   */
  public Placement assign(Waiter waiter, SockAddr client, String serverName, Server avoid) {
    long key = balancing.key(client, serverName);
    for (int race = 0; race < RACES_MAX && line.size() == 0; race++) {
      Candidates now = candidates;
      if (now.isEmpty()) {
        return Placement.NO_SERVER;
      }
      Server chosen = now.choose(key, avoid);
      if (chosen == null) {
        break;
      }
      if (chosen.tryEnter()) {
        return chosen.placement();
      }
    }
    waiter.backend = this;
    waiter.key = key;
    waiter.avoid = avoid;
    return queue(waiter);
  }

  private Placement queue(Waiter waiter) {
    var grants = new Grants();
    Placement placement;
    lock.lock();
    try {
      if (candidates.isEmpty()) {
        return Placement.NO_SERVER;
      }
      stand(waiter);
      grantAll(grants);
      // It may have had its turn at once, then it is told by the result and not by a call.
      placement = waiter.line == null ? waiter.granted.placement() : Placement.QUEUED;
      if (placement != Placement.QUEUED) {
        waiter.turn = 0; // It was served at once.
      }
    } finally {
      lock.unlock();
    }
    grants.tell(waiter);
    return placement;
  }

  /** Puts a waiter at the end of the line that it belongs to. Under the lock. */
  private void stand(Waiter waiter) {
    Server bound = balancing.isBinding() ? candidates.choose(waiter.key, waiter.avoid) : null;
    boolean waitsForIt = bound != null && bound.queued() < bound.config().maxQueue();
    waiter.bound = waitsForIt;
    (waitsForIt ? bound.line() : line).add(waiter);
    setWaiting(waiting + 1);
  }

  /** Takes a waiter out of its line. Under the lock. */
  private void unqueue(Waiter waiter) {
    waiter.line.remove(waiter);
    setWaiting(waiting - 1);
  }

  boolean cancel(Waiter waiter) {
    lock.lock();
    try {
      if (waiter.line == null) {
        return false;
      }
      unqueue(waiter);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** A slot of {@code server} is free. */
  void onSlotFree(Server server) {
    if (waiting == 0) {
      return;
    }
    granting(
        grants -> {
          if (candidates.holds(server)) {
            grant(server, grants);
          }
        });
  }

  /**
   * Hands free slots of {@code server} to the first in its own line, then to those who take any.
   * Under the lock.
   */
  private void grant(Server server, Grants grants) {
    Waiter next = nextFor(server);
    while (next != null && server.take()) {
      unqueue(next);
      (next.bound ? server.line() : line).onServed();
      grants.add(next, server);
      next = nextFor(server);
    }
  }

  private Waiter nextFor(Server server) {
    Waiter own = server.line().first();
    return own != null ? own : line.first();
  }

  /** Hands out whatever slots are free. Under the lock. */
  private void grantAll(Grants grants) {
    for (Server server : candidates.servers()) {
      if (waiting == 0) {
        return;
      }
      grant(server, grants);
    }
  }

  /** Gives a server a new state; tells its listeners if it is another. */
  void change(Server server, UnaryOperator<ServerState> step, String why) {
    ServerState before;
    ServerState after;
    var grants = new Grants();
    lock.lock();
    try {
      before = server.state();
      after = step.apply(before);
      if (after.equals(before)) {
        return;
      }
      server.setState(after);
      if (!after.isAsUsableAs(before)) { // Steps of health are many, and change nothing here.
        rebuild(grants, servers);
      }
    } finally {
      lock.unlock();
    }
    grants.tell(null);
    server.tell(before, after, why);
  }

  /** A weight or a limit is another. */
  void onTermsChanged() {
    granting(grants -> rebuild(grants, servers));
  }

  /**
   * Lets slow starts go on. To be called about once a second, and oftener for slow starts of a few
   * seconds; any thread.
   *
   * @param nowNs of the one clock that all calls go by
   * @return whether one is still under way
   */
  public boolean tick(long nowNs) {
    var grants = new Grants();
    boolean running = false;
    lock.lock();
    try {
      boolean moved = false;
      for (Server server : servers) {
        moved |= server.slowStart().isRunning();
        server.slowStart().tick(nowNs);
        running |= server.slowStart().isRunning();
      }
      if (moved) {
        rebuild(grants, servers);
      }
    } finally {
      lock.unlock();
    }
    grants.tell(null);
    return running;
  }

  /**
   * Publishes who is usable now and places those who wait anew. Under the lock.
   *
   * @param lines servers that somebody may wait for
   */
  private void rebuild(Grants grants, List<Server> lines) {
    candidates = Candidates.of(servers, config.balance(), balancing);
    if (waiting == 0) {
      return;
    }
    for (Server server : lines) {
      if (!candidates.holds(server)) {
        requeue(server);
      }
    }
    if (candidates.isEmpty()) {
      for (Waiter waiter = line.first(); waiter != null; waiter = line.first()) {
        unqueue(waiter);
        grants.add(waiter, null);
      }
    } else {
      grantAll(grants);
    }
  }

  /** Those who waited for a server that is gone find another line, in the same order. */
  private void requeue(Server server) {
    server.setRequeued(server.queued());
    Line from = server.line();
    for (Waiter waiter = from.first(); waiter != null; waiter = from.first()) {
      unqueue(waiter);
      stand(waiter);
    }
  }

  /** Only who holds the lock writes. */
  @SuppressWarnings("NonAtomicVolatileUpdate")
  private void setWaiting(int now) {
    waiting = now;
  }
}
