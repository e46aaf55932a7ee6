package io.sluice.backend;

import io.sluice.backend.balance.Candidate;
import io.sluice.config.BackendConfig.ServerConfig;
import io.sluice.linux.SockAddr;
import io.sluice.stats.CounterSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One destination of a backend: its state, its weight, and its slots.
 *
 * <p>A slot is one session that uses it or connects to it. Invariant: {@link #sessions} never
 * passes the limit that held when the last slot was taken.
 *
 * <p>Thread-safe. What changes seldom is written under the backend's lock and read without one.
 */
public final class Server implements Candidate {
  /** HAProxy's SRV_UWGHT_MAX. */
  public static final int WEIGHT_MAX = 256;

  private static final int HUNDRED = 100;

  private final CounterSet counters;
  private final AtomicInteger sessions = new AtomicInteger();
  private final List<ServerListener> listeners = new CopyOnWriteArrayList<>();

  private Backend backend;
  private final Placement placement = Placement.on(this);

  /** Those who wait for this server and no other; guarded by the backend's lock. */
  private final Line line = new Line();

  private volatile ServerConfig config;
  private volatile SockAddr address;
  private volatile ServerState state;
  private volatile ServerObserver observer = ServerObserver.NONE;
  private volatile int weight;
  private volatile boolean backup;
  private volatile int requeued;

  /** 0 means no limit. */
  private volatile int maxConnections;

  private final SlowStart slowStart;

  /**
   * A server for {@code loops} loops.
   *
   * @param address what the configuration's is resolved to; of a slot, which nothing fills yet, any
   */
  public Server(ServerConfig config, SockAddr address, int loops) {
    this(config, address, new CounterSet(loops));
  }

  /** A server that goes on with the counters of the one that had its name before. */
  public Server(ServerConfig config, SockAddr address, CounterSet counters) {
    this.config = config;
    this.address = address;
    weight = config.weight();
    backup = config.backup();
    state = ServerState.INITIAL.withResolved(!config.isSlot());
    maxConnections = config.maxConnections();
    slowStart = new SlowStart(config.slowStart().toNanos());
    this.counters = counters;
  }

  /** Puts it into the backend that it belongs to for its whole life. */
  void join(Backend owner) {
    backend = owner;
  }

  /**
   * Goes on with other terms. What was changed at run time stays as it is, unless its own key has
   * changed. Only the backend, under its lock.
   */
  void setConfig(ServerConfig next) {
    ServerConfig before = config;
    config = next;
    if (next.weight() != before.weight()) {
      weight = next.weight();
    }
    if (next.backup() != before.backup()) {
      backup = next.backup();
    }
    if (next.maxConnections() != before.maxConnections()) {
      maxConnections = next.maxConnections();
    }
    slowStart.setDuration(next.slowStart().toNanos());
  }

  /** Its name in the configuration. */
  public String name() {
    return config.name();
  }

  /** Whichever slot an address fills, proxies that know of it choose alike. */
  @Override
  public String hashName() {
    ServerConfig now = config;
    return now.isSlot() ? address.toString() : now.name();
  }

  /** The terms that hold for it now. */
  public ServerConfig config() {
    return config;
  }

  /** The backend that it belongs to. */
  public Backend backend() {
    return backend;
  }

  /** Where it listens now; new connections go there. */
  public SockAddr address() {
    return address;
  }

  /** It listens elsewhere from now on; established sessions stay where they are. */
  public void moveTo(SockAddr elsewhere, String why) {
    address = elsewhere;
    backend.change(this, now -> now.withResolved(true), why);
  }

  /** Its host name has no address any more: it gets no new sessions until {@link #moveTo}. */
  public void loseAddress(String why) {
    backend.change(this, now -> now.withResolved(false), why);
  }

  /** What was counted for it. */
  public CounterSet counters() {
    return counters;
  }

  /** What is known of it now. */
  public ServerState state() {
    return state;
  }

  /** Only the backend, under its lock. */
  void setState(ServerState now) {
    slowStart.onChange(state, now);
    state = now;
  }

  /** Its way back to its full share; guarded by the backend's lock. */
  SlowStart slowStart() {
    return slowStart;
  }

  /** What an operator wants of it from now on. */
  public void setAdmin(ServerState.Admin wanted, String why) {
    backend.change(this, now -> now.with(wanted), why);
  }

  /** What the checks have found. */
  public void setHealth(Health found, String why) {
    backend.change(this, now -> now.with(found), why);
  }

  /** Whether new sessions may be sent to it, as far as its state goes. */
  public boolean isUsable() {
    return state.isUsable();
  }

  /** Hears of every change of state from now on. */
  public void addListener(ServerListener listener) {
    listeners.add(listener);
  }

  /** Hears nothing any more. */
  public void removeListener(ServerListener listener) {
    listeners.remove(listener);
  }

  void tell(ServerState before, ServerState after, String why) {
    for (ServerListener listener : listeners) {
      listener.onStateChanged(this, before, after, why);
    }
    backend.tell(this, before, after, why);
  }

  /** Who is told what sessions meet when they connect. */
  public ServerObserver observer() {
    return observer;
  }

  /** Sets who is told. */
  public void setObserver(ServerObserver watching) {
    observer = watching;
  }

  /** Its share of new sessions as an operator sees it: 0 to {@value #WEIGHT_MAX}. */
  public int weight() {
    return weight;
  }

  /** Whether it is used only while all servers that are no backup are down. */
  public boolean isBackup() {
    return backup;
  }

  /**
   * Changes at run time what its place among the servers of the backend is.
   *
   * @param share as in {@link #setWeight}
   */
  public void setTerms(int share, boolean standsIn) {
    if (share != weight || standsIn != backup) {
      backup = standsIn;
      setWeight(share);
    }
  }

  /**
   * Changes its share at run time; 0 sends it no new sessions.
   *
   * @throws IllegalArgumentException when it is not 0 to {@value #WEIGHT_MAX}
   */
  public void setWeight(int absolute) {
    if (absolute < 0 || absolute > WEIGHT_MAX) {
      throw new IllegalArgumentException("weight must be 0 to " + WEIGHT_MAX + ": " + absolute);
    }
    weight = absolute;
    backend.onTermsChanged();
  }

  /** Its share now, with what its slow start leaves of it: 100 for each unit of weight. */
  @Override
  public int weightHundredths() {
    return weight * slowStart.percent();
  }

  /** Changes at run time how many sessions it takes at a time; 0 means no limit. */
  public void setMaxConnections(int max) {
    maxConnections = max;
    backend.onTermsChanged();
  }

  /**
   * Sessions that it takes at a time now; {@link Integer#MAX_VALUE} where there is no limit. With
   * {@code min-connections} it grows with the sessions of the backend; a slow start lowers it.
   * HAProxy: srv_dynamic_maxconn.
   */
  public int limit() {
    int max = maxConnections;
    if (max == 0) {
      return Integer.MAX_VALUE;
    }
    long limit = max;
    int min = config.minConnections();
    if (min > 0 && min < max) {
      limit = Math.max(min, backend.fullness(max));
    }
    int percent = slowStart.percent();
    return (int) (percent == SlowStart.WHOLE ? limit : Math.max(1, limit * percent / HUNDRED));
  }

  /** Sessions that use it or connect to it now. */
  @Override
  public int sessions() {
    return sessions.get();
  }

  /** Those who wait for this server and no other. */
  public int queued() {
    return line.size();
  }

  /** Those who waited for this server when it last became unusable, and wait elsewhere since. */
  public int requeued() {
    return requeued;
  }

  /** Only the backend, under its lock. */
  void setRequeued(int count) {
    requeued = count;
  }

  Line line() {
    return line;
  }

  Placement placement() {
    return placement;
  }

  @Override
  public boolean hasRoom() {
    return maxConnections == 0 || (line.size() == 0 && sessions.get() < limit());
  }

  /**
   * Takes a slot if one is free and nobody waits for it.
   *
   * @return true if {@link #leave} must give it back
   */
  public boolean tryEnter() {
    if (maxConnections == 0) {
      sessions.incrementAndGet();
      return true;
    }
    return line.size() == 0 && take();
  }

  /** Takes a slot if one is free, whoever waits. */
  boolean take() {
    int inside = sessions.get();
    while (inside < limit()) {
      if (sessions.compareAndSet(inside, inside + 1)) {
        return true;
      }
      inside = sessions.get();
    }
    return false;
  }

  /** Gives a slot back: to the first who waits for this server, or else for any of the backend. */
  public void leave() {
    int left = sessions.decrementAndGet();
    assert left >= 0 : this + " was left more often than entered";
    backend.onSlotFree(this);
  }

  @Override
  public String toString() {
    return name() + " (" + address + ")";
  }
}
