package io.sluice.proxy;

import io.sluice.backend.Backend;
import io.sluice.backend.Server;
import io.sluice.backend.ServerState;
import io.sluice.config.PumpConfig;
import io.sluice.config.SluiceConfig;
import io.sluice.health.HealthChecks;
import io.sluice.linux.SockAddr;
import io.sluice.loop.Clock;
import io.sluice.loop.EventLoop;
import io.sluice.mirror.MirrorTerms;
import io.sluice.session.CloseReason;
import io.sluice.session.ConnectionGate;
import io.sluice.session.SessionLoop;
import io.sluice.stats.Counter;
import io.sluice.stats.CounterSet;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running proxy.
 *
 * <pre>
 *               reload
 *               ┌──┐
 *   start ──▶ SERVING ──drain──▶ DRAINING ──sessions gone, deadline, or close──▶ CLOSED
 * </pre>
 *
 * <p>Owns the loops, the listening sockets and the backends. Its methods may be called by any
 * thread but a loop's.
 */
public final class Proxy implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Proxy.class);

  /** Held while what is served changes, which may take as long as a name server does. */
  private final Object configuring = new Object();

  private final SluiceConfig started;
  private final TransportChoice transport;
  private final ConnectionGate totalGate;
  private final CounterSet counters;
  private final Listeners listeners;
  private final Loops loops = new Loops();
  private final Setup setup;
  private final LoopPulse pulse;
  private boolean draining;
  private volatile boolean closed;

  private Proxy(SluiceConfig config, TransportChoice transport, SocketSource sockets, int threads)
      throws IOException {
    started = config;
    this.transport = transport;
    totalGate = new ConnectionGate(config.maxConnections());
    counters = new CounterSet(threads);
    openLoops(config.pump(), threads);
    pulse = new LoopPulse(loops.all());
    listeners = new Listeners(sockets);
    setup = new Setup(transport, loops, totalGate, listeners);
  }

  private void openLoops(PumpConfig pump, int threads) throws IOException {
    try {
      for (int index = 0; index < threads; index++) {
        EventLoop loop = new EventLoop(index, transport.transport().openPoller(pump), Clock.SYSTEM);
        loops.add(new SessionLoop(loop, counters, totalGate, pump.turnBudgetBytes()));
      }
    } catch (IOException e) {
      loops.stop();
      throw e;
    }
    SessionLoop.link(loops.all());
  }

  /**
   * Starts a proxy: when this returns it listens on every bind.
   *
   * @throws IOException when an address cannot be bound or resolved, with what to do about it;
   *     nothing is left open then
   */
  public static Proxy start(SluiceConfig config) throws IOException {
    return start(config, TransportChoice.choose(config.transport(), config.pump()));
  }

  /** Starts a proxy over a transport that was chosen before. */
  public static Proxy start(SluiceConfig config, TransportChoice transport) throws IOException {
    return start(config, transport, Map.of());
  }

  /**
   * Starts a proxy that is given listening sockets, which binds claim by name ({@code
   * systemd:name}).
   *
   * @param inherited listening, non-blocking stream sockets by name; they belong to the proxy from
   *     now on
   * @throws IOException as above, and when a bind claims a name that is not there, or no bind
   *     claims one that is
   */
  public static Proxy start(
      SluiceConfig config, TransportChoice transport, Map<String, List<Integer>> inherited)
      throws IOException {
    return start(config, transport, inherited, name -> {});
  }

  /**
   * The same where some of the sockets may be those that an earlier process had {@link
   * #openedSockets opened}, under the names that they had there.
   *
   * @param forget is told the names of those that no bind wants any more, so that whoever keeps
   *     them lets go; before anything is bound
   */
  public static Proxy start(
      SluiceConfig config,
      TransportChoice transport,
      Map<String, List<Integer>> inherited,
      Consumer<String> forget)
      throws IOException {
    SocketSource sockets = new SocketSource(transport, inherited, forget);
    Proxy proxy = new Proxy(config, transport, sockets, threads(config));
    try {
      proxy.loops.start();
      proxy.setup.apply(config);
    } catch (IOException | RuntimeException e) {
      proxy.close();
      throw e;
    }
    return proxy;
  }

  private static int threads(SluiceConfig config) {
    return config.threads() > 0 ? config.threads() : Runtime.getRuntime().availableProcessors();
  }

  /**
   * Changes to another configuration without a pause: what it has in common with the former one
   * goes on, with all that was counted and found out; sessions go on on the terms that they began
   * with, also those of frontends, backends and servers that are no longer there. Blocks while
   * names are resolved.
   *
   * @return what of the change takes effect only when the proxy is started anew, each a sentence;
   *     all else holds when this returns
   * @throws IOException when a name cannot be resolved or an address cannot be bound, with what to
   *     do about it, or the proxy no longer accepts; nothing has changed then
   */
  public List<String> reload(SluiceConfig next) throws IOException {
    synchronized (configuring) {
      if (draining || closed) {
        throw new IOException("the proxy is stopping");
      }
      setup.apply(next);
    }
    return AtRestart.of(started, loops.size(), next, threads(next));
  }

  /** Which transport it runs on, and why. */
  public TransportChoice transport() {
    return transport;
  }

  /** Number of event loops. */
  public int threads() {
    return loops.size();
  }

  /**
   * Where a frontend listens, with the port that the kernel chose where the configuration has 0.
   *
   * @param bind place in the frontend's list of binds, from 0; a bind of inherited sockets takes as
   *     many places as it has sockets
   * @throws IllegalArgumentException when there is no such frontend or bind
   */
  public SockAddr boundAddress(String frontend, int bind) {
    return listeners.address(frontend, bind);
  }

  /** Every address that it listens on, by frontend. */
  public Map<String, List<SockAddr>> boundAddresses() {
    return listeners.addresses();
  }

  /**
   * The listening sockets that it has opened itself, in this process or in one before, by a name
   * that tells the address. Whoever keeps a duplicate of them may hand it over to the next process:
   * clients that connect in between wait for it, if {@link #leavePaths the paths stay}. They are
   * closed when the proxy is drained or closed.
   */
  public Map<String, Integer> openedSockets() {
    return listeners.opened();
  }

  /**
   * Whether the paths of UNIX sockets that it has made, or has gone on with, stay when it is
   * drained or closed, because the next process goes on with the sockets. At first they do not.
   */
  public void leavePaths(boolean stay) {
    listeners.leavePaths(stay);
  }

  /** What is known of the health of its servers. */
  public HealthChecks checks() {
    return setup.checks();
  }

  /** Sessions now: client connections that were let in and have not been closed. */
  public int sessions() {
    return loops.sessions();
  }

  /** Servers of all backends that have an address: all but the slots that nothing fills. */
  public int servers() {
    return setup.services().count(ServerState::resolved);
  }

  /** Servers that are up: neither an operator nor a check has found against them. */
  public int serversUp() {
    return setup.services().count(ServerState::isUp);
  }

  /** Sessions begun, ever. */
  public long sessionsTotal() {
    return counters.sum(Counter.SESSIONS);
  }

  /**
   * Asks every event loop for a sign of life and waits for it, for at most {@code bound}. One
   * thread at a time.
   *
   * @return the loops that gave none, by index; empty when all is well, or the proxy is closed
   */
  public List<Integer> silentLoops(Duration bound) throws InterruptedException {
    List<Integer> silent = pulse.silent(bound);
    return closed ? List.of() : silent;
  }

  /**
   * The terms of a mirror that may be changed while it runs.
   *
   * @throws IllegalArgumentException when no frontend uses a mirror of this name
   */
  public MirrorTerms mirror(String name) {
    return setup.mirrors().named(name);
  }

  /** All counters, brought up to date. A closed proxy has no loops any more. */
  public synchronized Snapshot snapshot() {
    Loops running = closed ? new Loops() : loops;
    Snapshot.Loop[] held = new Snapshot.Loop[running.size()];
    Map<String, Long> lagsNs = new ConcurrentHashMap<>();
    running.onEach(
        sessions -> {
          sessions.fold();
          sessions.mirrors().lagsNs().forEach((name, ns) -> lagsNs.merge(name, ns, Math::max));
          EventLoop loop = sessions.loop();
          held[loop.index()] =
              new Snapshot.Loop(
                  counters.ofLoop(loop.index()),
                  sessions.size(),
                  loop.timers().size(),
                  loop.turns(),
                  loop.poller().usage());
        });
    Services now = setup.services();
    Map<String, Map<Counter, Long>> byFrontend = new LinkedHashMap<>();
    now.frontends().forEach((name, frontend) -> byFrontend.put(name, frontend.counters().toMap()));
    Map<String, Map<Counter, Long>> byBackend = new LinkedHashMap<>();
    Map<String, Map<Counter, Long>> byServer = new LinkedHashMap<>();
    for (Backend backend : now.backends().values()) {
      byBackend.put(backend.name(), backend.counters().toMap());
      for (Server server : backend.servers()) {
        byServer.put(backend.name() + "/" + server.name(), server.counters().toMap());
      }
    }
    return new Snapshot(
        counters.toMap(),
        byFrontend,
        byBackend,
        byServer,
        setup.mirrors().states(lagsNs),
        List.of(held));
  }

  /**
   * Makes a reload that is under way end soon: it is given up while it looks up names, and waits no
   * more for the first answers to discoveries, whose slots stay empty then. To be called where it
   * has to be over before the proxy is drained or closed, which do so by themselves; there is no
   * other reload after it. Returns at once.
   */
  public void hurry() {
    setup.hurry();
  }

  /**
   * Stops accepting, closes the listening sockets, and lets sessions finish. Blocks until they
   * have, until the deadline, or until {@link #close}; what is left then is closed.
   *
   * @return how many sessions had to be closed
   */
  public int drain(Duration deadline) {
    CountDownLatch busy;
    hurry();
    synchronized (
        configuring) { // A close from here on finds the callbacks in place, and ends them.
      if (closed) {
        return 0;
      }
      stopAccepting();
      busy = loops.whenEmpty();
    }
    try {
      boolean finished = busy.await(deadline.toNanos(), TimeUnit.NANOSECONDS);
      return finished ? 0 : sessions();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return sessions();
    } finally {
      close();
    }
  }

  /** What an operator may do with servers while it runs. */
  public ServerControl serverControl() {
    return new ServerControl(setup::services, setup.servers());
  }

  /** Frontends, backends and servers as they are now. */
  public Overview overview() {
    return Overview.of(setup.services(), setup.checks());
  }

  /** Ends all sessions and releases everything, at once. */
  @Override
  public void close() {
    hurry();
    synchronized (configuring) {
      if (!closed) {
        end();
      }
    }
  }

  private synchronized void end() {
    closed = true;
    stopAccepting();
    setup.endDiscoveries();
    loops.onEach(sessions -> sessions.closeAll(CloseReason.KILLED));
    awaitMirrors();
    loops.stop();
    setup.mirrors().close();
  }

  /**
   * Writers of files let go of what they are writing by telling the loops, which must still turn.
   */
  private void awaitMirrors() {
    try {
      boolean all = loops.whenEmpty().await(Loops.COMMAND_WAIT_MS, TimeUnit.MILLISECONDS);
      if (!all) {
        LOG.warn("a mirror's file system holds up the end; what it was writing stays incomplete");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void stopAccepting() {
    if (!draining) {
      draining = true;
      setup.stopAccepting();
    }
  }
}
