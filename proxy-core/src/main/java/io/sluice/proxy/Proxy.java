package io.sluice.proxy;

import io.sluice.backend.Backend;
import io.sluice.backend.Server;
import io.sluice.backend.balance.Balancing;
import io.sluice.backend.balance.RoundRobin;
import io.sluice.config.Address;
import io.sluice.config.BackendConfig;
import io.sluice.config.FrontendConfig;
import io.sluice.config.ListenOptions;
import io.sluice.config.MirrorConfig;
import io.sluice.config.SluiceConfig;
import io.sluice.linux.SockAddr;
import io.sluice.loop.Clock;
import io.sluice.loop.EventLoop;
import io.sluice.mirror.Mirror;
import io.sluice.session.Acceptor;
import io.sluice.session.CloseReason;
import io.sluice.session.ConnectionGate;
import io.sluice.session.Frontend;
import io.sluice.session.SessionLoop;
import io.sluice.stats.Counter;
import io.sluice.stats.CounterSet;
import io.sluice.transport.ListenSocket;
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
  private static final long COMMAND_WAIT_MS = 5_000;

  private final TransportChoice transport;
  private final ConnectionGate totalGate;
  private final CounterSet counters;
  private final Map<String, Backend> backends = new LinkedHashMap<>();
  private final Map<String, Frontend> frontends = new LinkedHashMap<>();
  private final Map<String, Mirror> mirrors = new LinkedHashMap<>();
  private final Map<String, List<ListenSocket>> listeners = new LinkedHashMap<>();
  private final List<SessionLoop> loops = new ArrayList<>();
  private final List<List<Acceptor>> acceptors = new ArrayList<>();
  private boolean started;
  private boolean listening = true;
  private boolean accepting;
  private boolean closed;

  private Proxy(SluiceConfig config, TransportChoice transport, int loopCount) throws IOException {
    this.transport = transport;
    totalGate = new ConnectionGate(config.maxConnections());
    counters = new CounterSet(loopCount);
    for (BackendConfig backend : config.backends().values()) {
      backends.put(backend.name(), backend(backend, loopCount));
    }
  }

  private void makeFrontends(SluiceConfig config, int loopCount) throws IOException {
    for (FrontendConfig frontend : config.frontends().values()) {
      Backend backend = backends.get(frontend.backend());
      List<Mirror> own = mirrors(frontend);
      frontends.put(frontend.name(), new Frontend(frontend, backend, own, loopCount));
      listeners.put(frontend.name(), new ArrayList<>());
    }
  }

  /** The mirrors of a frontend; one that several frontends use is one mirror. */
  private List<Mirror> mirrors(FrontendConfig frontend) throws IOException {
    List<Mirror> own = new ArrayList<>();
    for (MirrorConfig config : frontend.mirrors()) {
      Mirror mirror = mirrors.get(config.name());
      if (mirror == null) {
        mirror = new Mirror(config, MirrorSinks.of(config, transport.transport()));
        mirrors.put(config.name(), mirror);
      }
      own.add(mirror);
    }
    return own;
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
    int loopCount =
        config.threads() > 0 ? config.threads() : Runtime.getRuntime().availableProcessors();
    Proxy proxy = new Proxy(config, transport, loopCount);
    try {
      proxy.makeFrontends(config, loopCount);
      proxy.listen();
      proxy.openLoops(config, loopCount);
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
   * @param bind place in the frontend's list of binds, from 0
   * @throws IllegalArgumentException when there is no such frontend or bind
   */
  public SockAddr boundAddress(String frontend, int bind) {
    List<ListenSocket> sockets = listeners.get(frontend);
    if (sockets == null || bind < 0 || bind >= sockets.size()) {
      throw new IllegalArgumentException("no bind " + bind + " in frontend \"" + frontend + "\"");
    }
    return sockets.get(bind).address();
  }

  /** Every address that it listens on, by frontend. */
  public Map<String, List<SockAddr>> boundAddresses() {
    Map<String, List<SockAddr>> all = new LinkedHashMap<>();
    listeners.forEach(
        (frontend, sockets) ->
            all.put(frontend, sockets.stream().map(ListenSocket::address).toList()));
    return all;
  }

  /** Client connections now. */
  public int sessions() {
    return totalGate.active();
  }

  /** All counters, brought up to date. A closed proxy has no loops any more. */
  public synchronized Snapshot snapshot() {
    List<SessionLoop> running = closed ? List.of() : loops;
    Snapshot.Loop[] held = new Snapshot.Loop[running.size()];
    Map<String, Long> lagsNs = new ConcurrentHashMap<>();
    onEach(
        running,
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
    Map<String, Snapshot.MirrorState> byMirror = new LinkedHashMap<>();
    mirrors.forEach(
        (name, mirror) ->
            byMirror.put(
                name,
                new Snapshot.MirrorState(
                    mirror.toMap(), mirror.active(), lagsNs.getOrDefault(name, 0L))));
    return new Snapshot(counters.toMap(), byFrontend, byBackend, byServer, byMirror, List.of(held));
  }

  /**
   * Stops accepting, closes the listening sockets, and lets sessions finish. Blocks until they
   * have, until the deadline, or until {@link #close}; what is left then is closed.
   *
   * @return how many sessions had to be closed
   */
  public int drain(Duration deadline) {
    CountDownLatch busy = new CountDownLatch(loops.size());
    synchronized (this) { // A close from here on finds the callbacks in place, and ends them.
      if (closed) {
        return 0;
      }
      stopAccepting();
      for (SessionLoop sessions : loops) {
        sessions.loop().execute(() -> sessions.whenEmpty(busy::countDown));
      }
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

  /** Ends all sessions and releases everything, at once. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    stopAccepting();
    if (started) {
      onEach(loops, sessions -> sessions.closeAll(CloseReason.KILLED));
      awaitMirrors();
    }
    for (SessionLoop sessions : loops) {
      sessions.loop().stop(COMMAND_WAIT_MS);
    }
    mirrors.values().forEach(Mirror::close);
  }

  /**
   * Writers of files let go of what they are writing by telling the loops, which must still turn.
   */
  private void awaitMirrors() {
    CountDownLatch busy = new CountDownLatch(loops.size());
    onEach(loops, sessions -> sessions.whenEmpty(busy::countDown));
    try {
      boolean all = busy.await(COMMAND_WAIT_MS, TimeUnit.MILLISECONDS);
      if (!all) {
        LOG.warn("a mirror's file system holds up the end; what it was writing stays incomplete");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Backend backend(BackendConfig config, int loopCount) throws IOException {
    List<Server> servers = new ArrayList<>();
    for (BackendConfig.ServerConfig server : config.servers()) {
      String subject = "server " + config.name() + "/" + server.name();
      SockAddr address = Resolver.resolve(server.address(), subject);
      servers.add(new Server(server.name(), address, loopCount));
    }
    Balancing balancing =
        switch (config.balance()) {
          case ROUNDROBIN -> new RoundRobin();
        };
    return new Backend(config, servers, balancing, loopCount);
  }

  private void listen() throws IOException {
    for (Frontend frontend : frontends.values()) {
      FrontendConfig config = frontend.config();
      for (Address bind : config.binds()) {
        SockAddr address = Resolver.resolve(bind, "frontend " + config.name());
        listeners
            .get(config.name())
            .add(
                transport
                    .transport()
                    .listen(address, listenOptions(config.listen(), bind), config.tcp()));
      }
    }
  }

  private static ListenOptions listenOptions(ListenOptions options, Address bind) {
    boolean v6only = options.v6only() && !Resolver.isWildcard(bind);
    return new ListenOptions(options.backlog(), options.deferAccept(), options.fastOpen(), v6only);
  }

  private void openLoops(SluiceConfig config, int loopCount) throws IOException {
    for (int index = 0; index < loopCount; index++) {
      EventLoop loop =
          new EventLoop(index, transport.transport().openPoller(config.pump()), Clock.SYSTEM);
      loops.add(new SessionLoop(loop, counters, totalGate, config.pump().turnBudgetBytes()));
    }
    SessionLoop.link(loops);
  }

  private void accept() {
    started = true;
    accepting = true;
    for (SessionLoop sessions : loops) {
      List<Acceptor> own = new ArrayList<>();
      listeners.forEach(
          (name, sockets) ->
              sockets.forEach(
                  socket -> own.add(new Acceptor(sessions, socket, frontends.get(name)))));
      acceptors.add(own);
      sessions.loop().execute(() -> own.forEach(Acceptor::start));
      sessions.loop().start();
    }
  }

  private synchronized void stopAccepting() {
    if (accepting) {
      accepting = false;
      onEach(loops, sessions -> acceptors.get(sessions.loop().index()).forEach(Acceptor::stop));
    }
    if (listening) { // Once: a UNIX path may be a successor's by the next time.
      listening = false;
      listeners.values().forEach(sockets -> sockets.forEach(ListenSocket::close));
    }
  }

  /** Runs {@code command} on every loop and waits for all; gives up on a loop that hangs. */
  private static void onEach(List<SessionLoop> loops, Consumer<SessionLoop> command) {
    CountDownLatch pending = new CountDownLatch(loops.size());
    for (SessionLoop sessions : loops) {
      sessions
          .loop()
          .execute(
              () -> {
                try {
                  command.accept(sessions);
                } finally {
                  pending.countDown();
                }
              });
    }
    try {
      boolean all = pending.await(COMMAND_WAIT_MS, TimeUnit.MILLISECONDS);
      if (!all) {
        throw new IllegalStateException("an event loop does not respond");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
