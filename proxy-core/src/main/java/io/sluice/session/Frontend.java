package io.sluice.session;

import io.sluice.admission.Admission;
import io.sluice.admission.ConnectionRate;
import io.sluice.backend.Backend;
import io.sluice.config.FrontendConfig;
import io.sluice.mirror.Mirror;
import io.sluice.stats.CounterSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Where clients connect: its terms, its limit, the backend that serves it.
 *
 * <p>A session holds on to the frontend that it began with. A reload makes another one of the same
 * name, whose terms hold for new sessions, and which shares with its predecessor what is counted:
 * connections, rates, sources. Thread-safe.
 */
public final class Frontend {
  private final FrontendConfig config;
  private final Backend backend;
  private final GreetingTerms greeting;
  private final ConnectionGate gate;
  private final SessionCount sessions;
  private final ConnectionGate tarpit;
  private final ConnectionRate ownRate;
  private final ConnectionRate rate;
  private final Admission admission;
  private final Bandwidth bandwidth;
  private final CounterSet counters;

  /** Of this frontend and all that followed it: a mirror must not be used once it was replaced. */
  private final AtomicReference<List<Mirror>> mirrors;

  /** A frontend without mirrors. */
  public Frontend(FrontendConfig config, Backend backend, int loops) {
    this(config, Map.of(backend.name(), backend), List.of(), ConnectionRate.UNLIMITED, loops);
  }

  /**
   * A frontend whose sessions run on {@code loops} loops.
   *
   * @param backends by name, with all that {@code config} names
   * @param totalRate that all frontends share
   */
  public Frontend(
      FrontendConfig config,
      Map<String, Backend> backends,
      List<Mirror> mirrors,
      ConnectionRate totalRate,
      int loops) {
    this.config = config;
    backend = backends.get(config.backend());
    greeting = new GreetingTerms(config.greeting(), backend, backends);
    this.mirrors = new AtomicReference<>(List.copyOf(mirrors));
    gate = new ConnectionGate(config.maxConnections());
    sessions = new SessionCount(loops);
    tarpit = new ConnectionGate(config.admission().maxTarpitted());
    ownRate = ConnectionRate.of(config.admission().connectionRate());
    rate = ownRate.and(totalRate);
    admission = Admission.of(config.admission(), greeting.readsProxyHeaders());
    bandwidth = Bandwidth.of(config.bandwidth());
    counters = new CounterSet(loops);
  }

  private Frontend(
      Frontend before,
      FrontendConfig config,
      Map<String, Backend> backends,
      ConnectionRate totalRate) {
    this.config = config;
    backend = backends.get(config.backend());
    greeting = new GreetingTerms(config.greeting(), backend, backends);
    mirrors = before.mirrors;
    gate = before.gate;
    sessions = before.sessions;
    tarpit = before.tarpit;
    int perSecond = config.admission().connectionRate();
    boolean sameRate = perSecond == before.config.admission().connectionRate();
    ownRate = sameRate ? before.ownRate : ConnectionRate.of(perSecond);
    rate = ownRate.and(totalRate);
    admission = before.admission.next(config.admission(), greeting.readsProxyHeaders());
    bandwidth = before.bandwidth.next(config.bandwidth());
    counters = before.counters;
  }

  /**
   * The frontend that takes the place of this one: limits of connections and mirrors are those of
   * {@code config} from now on, also for sessions that are not connected yet; all else holds for
   * the sessions that begin with the new one.
   *
   * @param backends by name, with all that {@code config} names
   * @param own mirrors of {@code config}
   */
  public Frontend next(
      FrontendConfig config,
      Map<String, Backend> backends,
      List<Mirror> own,
      ConnectionRate totalRate) {
    mirrors.set(List.copyOf(own));
    gate.setMax(config.maxConnections());
    tarpit.setMax(config.admission().maxTarpitted());
    return new Frontend(this, config, backends, totalRate);
  }

  /** Its name in the configuration. */
  public String name() {
    return config.name();
  }

  /** The terms that new sessions run on. */
  public FrontendConfig config() {
    return config;
  }

  /** What is read of its connections before a server is looked for. */
  GreetingTerms greeting() {
    return greeting;
  }

  /** Where its sessions go, unless what they begin with leads elsewhere. */
  public Backend backend() {
    return backend;
  }

  /** What else its sessions' bytes go to. */
  public List<Mirror> mirrors() {
    return mirrors.get();
  }

  /** Its limit of connections at a time. */
  public ConnectionGate gate() {
    return gate;
  }

  /** How many sessions it has now, those of frontends that it has followed included. */
  public int sessionsNow() {
    return sessions.sum();
  }

  /** Its sessions now, and those of all frontends that it has followed. */
  SessionCount sessions() {
    return sessions;
  }

  /** Its limit of connections that are held without being served. */
  public ConnectionGate tarpit() {
    return tarpit;
  }

  /** How fast its connections may come. */
  public ConnectionRate rate() {
    return rate;
  }

  /** Who is let in. */
  public Admission admission() {
    return admission;
  }

  /** How fast the bytes of its sessions may move. */
  Bandwidth bandwidth() {
    return bandwidth;
  }

  /** What was counted for it. */
  public CounterSet counters() {
    return counters;
  }
}
