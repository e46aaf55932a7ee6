package io.sluice.proxy;

import io.sluice.admission.ConnectionRate;
import io.sluice.backend.Backend;
import io.sluice.backend.Server;
import io.sluice.backend.WarmUp;
import io.sluice.config.BackendConfig;
import io.sluice.config.FrontendConfig;
import io.sluice.config.SluiceConfig;
import io.sluice.config.SourceAddress;
import io.sluice.health.HealthChecks;
import io.sluice.health.StateLog;
import io.sluice.linux.SockAddr;
import io.sluice.loop.Clock;
import io.sluice.loop.EventLoop;
import io.sluice.mirror.Mirror;
import io.sluice.mirror.MirrorTerms;
import io.sluice.session.Acceptor;
import io.sluice.session.CloseReason;
import io.sluice.session.ConnectionGate;
import io.sluice.session.Frontend;
import io.sluice.session.SessionLoop;
import io.sluice.stats.Counter;
import io.sluice.stats.CounterSet;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
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
 *   start ──▶ SERVING ──drain──▶ DRAINING ──sessions gone, deadline, or close──▶ CLOSED
 * </pre>
 *
 * <p>Owns the loops, the listening sockets and the backends. Its methods may be called by any
 * thread but a loop's.
 */
public final class Proxy implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Proxy.class);

  private final TransportChoice transport;
  private final ConnectionGate totalGate;
  private final CounterSet counters;
  private final Map<String, Backend> backends = new LinkedHashMap<>();
  private final Map<String, Frontend> frontends = new LinkedHashMap<>();
  private final Mirrors mirrors;
  private final Listeners listeners;
  private final Loops loops = new Loops();
  private final ServerSessions servers = new ServerSessions(backends, loops);
  private final List<List<Acceptor>> acceptors = new ArrayList<>();
  private HealthChecks checks = HealthChecks.NONE;
  private LoopPulse pulse = new LoopPulse(List.of());
  private boolean started;
  private boolean accepting;
  private volatile boolean closed;

  private Proxy(SluiceConfig config, TransportChoice transport, Listeners listeners, int loopCount)
      throws IOException {
    this.transport = transport;
    this.listeners = listeners;
    mirrors = new Mirrors(transport.transport());
    totalGate = new ConnectionGate(config.maxConnections());
    counters = new CounterSet(loopCount);
    for (BackendConfig backend : config.backends().values()) {
      backends.put(
          backend.name(), Backends.of(backend, config.fullConnections(backend), loopCount));
      servers.watch(backends.get(backend.name()));
    }
    checkSources();
  }

  /** Finds out at the start what would otherwise be found by every session. */
  private void checkSources() throws IOException {
    for (Backend backend : backends.values()) {
      SourceAddress source = backend.config().tcp().source();
      if (!source.isAny()) {
        for (Server server : backend.servers()) {
          transport.transport().checkSource(server.address(), source);
        }
      }
    }
  }

  private void makeFrontends(SluiceConfig config, int loopCount) throws IOException {
    ConnectionRate totalRate = ConnectionRate.of(config.connectionRate());
    for (FrontendConfig frontend : config.frontends().values()) {
      List<Mirror> own = mirrors.of(frontend);
      frontends.put(frontend.name(), new Frontend(frontend, backends, own, totalRate, loopCount));
    }
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
    int loopCount =
        config.threads() > 0 ? config.threads() : Runtime.getRuntime().availableProcessors();
    Listeners listeners = new Listeners(transport, inherited, forget);
    Proxy proxy = new Proxy(config, transport, listeners, loopCount);
    try {
      proxy.makeFrontends(config, loopCount);
      proxy.listeners.open(config.frontends().values());
      proxy.openLoops(config, loopCount);
      proxy.checks = Checks.of(config, proxy.backends, proxy.loops.all());
    } catch (IOException | RuntimeException e) {
      proxy.close();
      throw e;
    }
    proxy.accept();
    return proxy;
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
    return checks;
  }

  /** Client connections now. */
  public int sessions() {
    return totalGate.active();
  }

  /** Servers of all backends. */
  public int servers() {
    return backends.values().stream().mapToInt(backend -> backend.servers().size()).sum();
  }

  /** Servers that are up: neither an operator nor a check has found against them. */
  public int serversUp() {
    return (int)
        backends.values().stream()
            .flatMap(backend -> backend.servers().stream())
            .filter(server -> server.state().isUp())
            .count();
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
    return mirrors.named(name);
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
    Map<String, Map<Counter, Long>> byFrontend = new LinkedHashMap<>();
    frontends.forEach((name, frontend) -> byFrontend.put(name, frontend.counters().toMap()));
    Map<String, Map<Counter, Long>> byBackend = new LinkedHashMap<>();
    Map<String, Map<Counter, Long>> byServer = new LinkedHashMap<>();
    for (Backend backend : backends.values()) {
      byBackend.put(backend.name(), backend.counters().toMap());
      for (Server server : backend.servers()) {
        byServer.put(backend.name() + "/" + server.name(), server.counters().toMap());
      }
    }
    return new Snapshot(
        counters.toMap(), byFrontend, byBackend, byServer, mirrors.states(lagsNs), List.of(held));
  }

  /**
   * Stops accepting, closes the listening sockets, and lets sessions finish. Blocks until they
   * have, until the deadline, or until {@link #close}; what is left then is closed.
   *
   * @return how many sessions had to be closed
   */
  public int drain(Duration deadline) {
    CountDownLatch busy;
    synchronized (this) { // A close from here on finds the callbacks in place, and ends them.
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

  /**
   * Takes a server out of use: new sessions go to the others, those that it has may end by
   * themselves. Those that have not are closed, one after the other between the half of {@code
   * deadline} and its end. Returns at once.
   *
   * @throws IllegalArgumentException when there is no such backend or server
   */
  public void drainServer(String backend, String server, Duration deadline) {
    servers.drain(servers.find(backend, server), deadline);
  }

  /**
   * Ends every session of a server, which stays in use. Returns at once.
   *
   * @throws IllegalArgumentException when there is no such backend or server
   */
  public void closeSessionsOf(String backend, String server) {
    servers.closeSessionsOf(servers.find(backend, server), CloseReason.KILLED);
  }

  /** Ends all sessions and releases everything, at once. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    stopAccepting();
    if (started) {
      loops.onEach(sessions -> sessions.closeAll(CloseReason.KILLED));
      awaitMirrors();
    }
    loops.stop();
    mirrors.close();
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

  private void openLoops(SluiceConfig config, int loopCount) throws IOException {
    for (int index = 0; index < loopCount; index++) {
      EventLoop loop =
          new EventLoop(index, transport.transport().openPoller(config.pump()), Clock.SYSTEM);
      loops.add(new SessionLoop(loop, counters, totalGate, config.pump().turnBudgetBytes()));
    }
    SessionLoop.link(loops.all());
    pulse = new LoopPulse(loops.all());
    backends.values().forEach(backend -> WarmUp.watch(backend, loops.all().get(0).loop()));
  }

  private void accept() {
    started = true;
    accepting = true;
    for (SessionLoop sessions : loops.all()) {
      List<Acceptor> own = new ArrayList<>();
      listeners.forEach(
          (name, socket) -> own.add(new Acceptor(sessions, socket, frontends.get(name))));
      acceptors.add(own);
      sessions.loop().execute(() -> own.forEach(Acceptor::start));
      sessions.loop().start();
    }
    backends.values().forEach(StateLog::new);
    checks.start();
  }

  private synchronized void stopAccepting() {
    if (accepting) {
      accepting = false;
      checks.stop();
      loops.onEach(sessions -> acceptors.get(sessions.loop().index()).forEach(Acceptor::stop));
    }
    listeners.close();
  }
}
