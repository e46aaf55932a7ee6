package io.sluice.proxy;

import io.sluice.admission.ConnectionRate;
import io.sluice.backend.Backend;
import io.sluice.backend.WarmUp;
import io.sluice.config.BackendConfig;
import io.sluice.config.FrontendConfig;
import io.sluice.config.SluiceConfig;
import io.sluice.health.HealthChecks;
import io.sluice.health.ServerTerms;
import io.sluice.health.StateLog;
import io.sluice.session.ConnectionGate;
import io.sluice.session.Frontend;
import io.sluice.transport.ListenSocket;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes a running proxy what a configuration says, whatever it was before: a start is a reload of
 * nothing.
 *
 * <pre>
 *   apply ──▶ PREPARING ──▶ COMMITTING ──▶ done
 *                 │ a name, an address, a file
 *                 └──────────────▶ given up: nothing has changed
 * </pre>
 *
 * <p>PREPARING does what can fail or take time: it resolves names, opens listening sockets beside
 * those that there are, makes sinks. COMMITTING cannot fail: terms are replaced where new sessions
 * find them, then every loop takes up the new listening sockets and lets go of the others, which
 * are closed when all have.
 *
 * <p>Invariant: a session runs on the terms that it began with, on objects that it holds itself;
 * what is counted or remembered by name (counters, health, limits of sources, what was changed at
 * run time) goes over to the next configuration. One call at a time, on no loop's thread; the loops
 * must turn.
 */
final class Setup {
  private final Loops loops;
  private final ConnectionGate totalGate;
  private final Backends backends;
  private final Mirrors mirrors;
  private final Listeners listeners;
  private final HealthChecks checks;
  private final Discoveries discoveries = new Discoveries();
  private final Acceptors acceptors;
  private final ServerSessions servers;
  private ConnectionRate totalRate = ConnectionRate.UNLIMITED;
  private volatile Services services = Services.NONE;

  /** Of nothing yet, on {@code loops}. */
  Setup(TransportChoice transport, Loops loops, ConnectionGate totalGate, Listeners listeners) {
    this.loops = loops;
    this.totalGate = totalGate;
    this.listeners = listeners;
    backends = new Backends(transport.transport(), loops.size());
    mirrors = new Mirrors(transport.transport());
    checks = new HealthChecks(loops.eventLoops(), System.nanoTime());
    acceptors = new Acceptors(loops.size());
    servers = new ServerSessions(loops);
  }

  /** What there is to be carried out. */
  private record Plan(
      List<Backends.Plan> backends,
      List<ServerTerms> checks,
      Map<String, Discoveries.Filling> discoveries,
      Mirrors.Plan mirrors,
      Listeners.Plan listeners) {}

  /**
   * Changes to {@code next}; when this returns, it holds.
   *
   * @throws IOException when a name cannot be resolved or an address cannot be bound, with what to
   *     do about it, or after {@link #hurry}; nothing has changed then
   */
  void apply(SluiceConfig next) throws IOException {
    List<Backends.Plan> planned = new ArrayList<>();
    List<ServerTerms> terms = new ArrayList<>();
    for (BackendConfig config : next.backends().values()) {
      if (discoveries.isHurried()) { // Each name may take as long as the resolver likes.
        throw new IOException("the proxy is stopping");
      }
      Backend before = services.backends().get(config.name());
      Backends.Plan plan = backends.plan(config, next.fullConnections(config), before);
      planned.add(plan);
      terms.addAll(plan.checks());
    }
    Map<String, Discoveries.Filling> fillings = discoveries.plan(planned);
    // Closing a plan that was carried out does nothing.
    try (Mirrors.Plan ownMirrors = mirrors.plan(next.frontends().values());
        Listeners.Plan ownListeners = listeners.plan(next.frontends().values())) {
      commit(next, new Plan(planned, terms, fillings, ownMirrors, ownListeners));
    }
  }

  private void commit(SluiceConfig next, Plan plan) {
    Map<String, Backend> nextBackends = new LinkedHashMap<>();
    for (Backends.Plan one : plan.backends()) {
      nextBackends.put(one.config().name(), backends.commit(one));
    }
    // Before anybody is let in: a server may begin as one that is down.
    checks.apply(plan.checks());
    plan.backends().stream()
        .filter(one -> one.before() == null)
        .forEach(one -> watch(nextBackends.get(one.config().name())));
    discoveries.commit(plan.discoveries());
    plan.mirrors().commit();
    plan.listeners().commit();
    services = new Services(next, nextBackends, frontends(next, nextBackends));
    Map<ListenSocket, Acceptors.Owner> accepting = accepting();
    loops.onEach(
        sessions -> {
          sessions.forgetTerms();
          acceptors.apply(sessions, accepting);
        });
    plan.listeners().closeLeft();
    mirrors.retire();
  }

  private void watch(Backend backend) {
    servers.watch(backend);
    WarmUp.watch(backend, loops.all().get(0).loop());
    StateLog.watch(backend);
  }

  private Map<String, Frontend> frontends(SluiceConfig next, Map<String, Backend> nextBackends) {
    totalGate.setMax(next.maxConnections());
    if (next.connectionRate() != services.connectionRate()) {
      totalRate = ConnectionRate.of(next.connectionRate());
    }
    Map<String, Frontend> made = new LinkedHashMap<>();
    for (FrontendConfig config : next.frontends().values()) {
      Frontend before = services.frontends().get(config.name());
      made.put(
          config.name(),
          before == null
              ? new Frontend(config, nextBackends, mirrors.of(config), totalRate, loops.size())
              : before.next(config, nextBackends, mirrors.of(config), totalRate));
    }
    return made;
  }

  private Map<ListenSocket, Acceptors.Owner> accepting() {
    Map<ListenSocket, Acceptors.Owner> accepting = new HashMap<>();
    Map<String, Integer> binds = new HashMap<>();
    listeners.forEach(
        (name, socket) -> {
          int bind = binds.merge(name, 1, Integer::sum);
          accepting.put(socket, new Acceptors.Owner(services.frontends().get(name), bind));
        });
    return accepting;
  }

  /** Lets nobody in any more and closes the listening sockets. */
  void stopAccepting() {
    checks.stop();
    loops.onEach(acceptors::stop);
    listeners.close();
  }

  /**
   * Lets an {@link #apply} come to its end: one that prepares is given up, one that waits for first
   * answers of name servers waits no more. Any thread; there is no other one after it.
   */
  void hurry() {
    discoveries.hurry();
  }

  /** Asks for no addresses any more. */
  void endDiscoveries() {
    discoveries.close();
  }

  /** What the last configuration has become. */
  Services services() {
    return services;
  }

  Mirrors mirrors() {
    return mirrors;
  }

  HealthChecks checks() {
    return checks;
  }

  ServerSessions servers() {
    return servers;
  }
}
