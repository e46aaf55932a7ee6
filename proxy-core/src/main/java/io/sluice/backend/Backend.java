package io.sluice.backend;

import io.sluice.backend.balance.Balancer;
import io.sluice.backend.balance.Balancing;
import io.sluice.config.BackendConfig;
import io.sluice.linux.SockAddr;
import io.sluice.stats.CounterSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
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

  private final BackendConfig config;
  private final List<Server> servers;
  private final Balancing balancing;
  private final CounterSet counters;
  private final AtomicInteger sessions = new AtomicInteger();

  private final ReentrantLock lock = new ReentrantLock();

  /** Those who take any server. Guarded by the lock. */
  private final Line line = new Line();

  /** Waiters in all lines; written under the lock. */
  private volatile int waiting;

  private volatile Candidates candidates;

  /** {@code servers} are those of {@code config}, resolved, in its order. */
  public Backend(BackendConfig config, List<Server> servers, Balancing balancing, int loops) {
    this.config = config;
    this.servers = List.copyOf(servers);
    this.balancing = balancing;
    counters = new CounterSet(loops);
    for (int i = 0; i < servers.size(); i++) {
      servers.get(i).join(this, i);
    }
    candidates = Candidates.of(this.servers, balancing);
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
    for (int race = 0; race < RACES_MAX && waiting == 0; race++) {
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
    Waiter told;
    Placement placement;
    lock.lock();
    try {
      if (candidates.isEmpty()) {
        return Placement.NO_SERVER;
      }
      stand(waiter);
      told = grantAll();
      // It may have had its turn at once, then it is told by the result and not by a call.
      placement = waiter.line == null ? waiter.granted.placement() : Placement.QUEUED;
    } finally {
      lock.unlock();
    }
    tell(told, waiter);
    return placement;
  }

  /** Puts a waiter at the end of the line that it belongs to. Under the lock. */
  private void stand(Waiter waiter) {
    Server bound = balancing.isBinding() ? candidates.boundTo(waiter.key, waiter.avoid) : null;
    (bound == null ? line : bound.line()).add(waiter);
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
    Waiter told;
    lock.lock();
    try {
      told = candidates.holds(server) ? grant(server, null) : null;
    } finally {
      lock.unlock();
    }
    tell(told, null);
  }

  /**
   * Hands free slots of {@code server} to the first in its own line, then to those who take any.
   * Under the lock.
   *
   * @return the waiters to be told when the lock is free again, before those of {@code told}
   */
  private Waiter grant(Server server, Waiter told) {
    Waiter all = told;
    Waiter first = first(server);
    while (first != null && server.take()) {
      unqueue(first);
      first.granted = server;
      first.next = all;
      all = first;
      first = first(server);
    }
    return all;
  }

  private Waiter first(Server server) {
    Waiter own = server.line().first();
    return own != null ? own : line.first();
  }

  /** Hands out whatever slots are free. Under the lock. */
  private Waiter grantAll() {
    Waiter told = null;
    for (Server server : candidates.servers()) {
      if (waiting > 0) {
        told = grant(server, told);
      }
    }
    return told;
  }

  /** Calls the waiters of a chain that {@link #grant} made, but for {@code except}. */
  private static void tell(Waiter chain, Waiter except) {
    Waiter waiter = chain;
    while (waiter != null) {
      Waiter next = waiter.next;
      Server server = waiter.granted;
      waiter.next = null;
      waiter.granted = null;
      if (waiter != except) {
        if (server == null) {
          waiter.onNoServer();
        } else {
          waiter.onServer(server);
        }
      }
      waiter = next;
    }
  }

  /** Gives a server a new state; tells its listeners if it is another. */
  void change(Server server, UnaryOperator<ServerState> step, String why) {
    ServerState before;
    ServerState after;
    Waiter told;
    lock.lock();
    try {
      before = server.state();
      after = step.apply(before);
      if (after.equals(before)) {
        return;
      }
      server.setState(after);
      told = rebuild();
    } finally {
      lock.unlock();
    }
    server.tell(before, after, why);
    tell(told, null);
  }

  /** A weight or a limit is another. */
  void onTermsChanged() {
    Waiter told;
    lock.lock();
    try {
      told = rebuild();
    } finally {
      lock.unlock();
    }
    tell(told, null);
  }

  /** Publishes who is usable now and places those who wait anew. Under the lock. */
  private Waiter rebuild() {
    candidates = Candidates.of(servers, balancing);
    if (waiting == 0) {
      return null;
    }
    for (Server server : servers) {
      if (!candidates.holds(server)) {
        scatter(server.line());
      }
    }
    return candidates.isEmpty() ? dismissAll() : grantAll();
  }

  /** Those who waited for a server that is gone find another line, in the same order. */
  private void scatter(Line from) {
    for (Waiter waiter = from.first(); waiter != null; waiter = from.first()) {
      unqueue(waiter);
      stand(waiter);
    }
  }

  private Waiter dismissAll() {
    Waiter told = null;
    for (Waiter waiter = line.first(); waiter != null; waiter = line.first()) {
      unqueue(waiter);
      waiter.granted = null;
      waiter.next = told;
      told = waiter;
    }
    return told;
  }

  /** Only who holds the lock writes. */
  @SuppressWarnings("NonAtomicVolatileUpdate")
  private void setWaiting(int now) {
    waiting = now;
  }

  Balancer balancer() {
    return candidates.balancer();
  }
}
