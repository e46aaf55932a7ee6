package io.sluice.app;

import io.sluice.app.control.Control;
import io.sluice.app.reload.ConfigSource;
import io.sluice.app.reload.Reload;
import io.sluice.app.reload.Reloads;
import io.sluice.app.service.DescriptorStore;
import io.sluice.app.service.Ending;
import io.sluice.app.service.ServiceReport;
import io.sluice.config.ControlSocketConfig;
import io.sluice.config.Loaded;
import io.sluice.config.PumpConfig;
import io.sluice.config.SluiceConfig;
import io.sluice.linux.ErrnoException;
import io.sluice.linux.SockAddr;
import io.sluice.proxy.Proxy;
import io.sluice.proxy.TransportChoice;
import io.sluice.systemd.InheritedSockets;
import io.sluice.systemd.ServiceManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A proxy with a process around it, from start to the signal that ends it.
 *
 * <pre>
 *   start ──▶ listening ──TERM, INT, idle──▶ draining ──sessions gone, deadline, signal──▶ end
 *                │ ▲
 *                └─┘ HUP, sluice reload
 * </pre>
 *
 * <p>{@link #run} belongs to the main thread; each signal comes on a thread of its own, and so does
 * a reload.
 */
final class Daemon {
  private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

  private final Optional<ConfigSource> source;
  private final Loaded loaded;
  private final PrintWriter err;
  private final ServiceManager manager = ServiceManager.of(System.getenv(), LOG::warn);
  private final DescriptorStore store = new DescriptorStore(manager);
  private final AtomicInteger stopSignals = new AtomicInteger();
  private final Ending ending = new Ending(this::sessions, this::sessionsTotal);
  private volatile SluiceConfig config;
  private volatile Proxy proxy;

  /** Complete once it listens: a signal that comes earlier is remembered. */
  private final CompletableFuture<Reloads> reloads = new CompletableFuture<>();

  /**
   * A daemon that has not started, for a configuration that never changes.
   *
   * @param err where it says that it listens
   */
  Daemon(Loaded loaded, PrintWriter err) {
    this(Optional.empty(), loaded, err);
  }

  /**
   * A daemon that has not started.
   *
   * @param source where {@code loaded} is from, and what comes after it
   * @param err where it says that it listens
   */
  Daemon(ConfigSource source, Loaded loaded, PrintWriter err) {
    this(Optional.of(source), loaded, err);
  }

  private Daemon(Optional<ConfigSource> source, Loaded loaded, PrintWriter err) {
    this.source = source;
    this.loaded = loaded;
    this.err = err;
    config = loaded.config();
  }

  /**
   * Runs until a signal ends it.
   *
   * @return the exit code
   * @throws IOException when it cannot start, with what to do about it
   */
  int run() throws IOException {
    return run(started -> {});
  }

  /** The same, with something to do as soon as it listens. */
  int run(Consumer<Proxy> onListening) throws IOException {
    try {
      return runUntilAsked(onListening);
    } catch (IOException e) {
      manager.failed(errno(e), e.getMessage());
      throw e;
    }
  }

  private int runUntilAsked(Consumer<Proxy> onListening) throws IOException {
    Signals.handle("TERM", this::onStop);
    Signals.handle("INT", this::onStop);
    Signals.handle("USR1", this::onCounters);
    Signals.handle("HUP", this::onReload);
    // ReloadSignal= of Type=notify-reload: systemd 262 starts nothing that has no handler of it.
    Signals.handle("CONT", () -> {});
    var inherited = InheritedSockets.of(System.getenv(), LOG::warn);
    try (Control control = control()) {
      TransportChoice transport = TransportChoice.choose(config.transport(), config.pump());
      Proxy started =
          Proxy.start(config, transport, inherited.descriptors(), manager::removeDescriptors);
      proxy = started;
      store.follow(started.openedSockets());
      started.leavePaths(manager.keepsDescriptors());
      warnOfFallback(started.transport());
      serve(started, control, onListening);
    }
    return ExitCode.OK;
  }

  /** Before the proxy: who finds another process at its path changes nothing on the machine. */
  private Control control() throws IOException {
    Optional<Path> path = config.controlSocket().path(System.getenv()).map(Path::of);
    if (path.isEmpty()) {
      return Control.NONE;
    }
    try {
      return Control.at(path.get());
    } catch (IOException e) {
      if (config.controlSocket().equals(ControlSocketConfig.AUTO)) {
        // Nobody has asked for it: the directory may be another service's that has started this.
        LOG.warn("no control socket, sluice reload does not reach this: {}", e.getMessage());
        return Control.NONE;
      }
      throw e;
    }
  }

  private void serve(Proxy started, Control control, Consumer<Proxy> onListening) {
    try (ServiceReport report = ServiceReport.begin(manager, started, words(started))) {
      Reload reload = new Reload(source, loaded, next -> goOver(started, next), report);
      Reloads asked = new Reloads(reload);
      announce(started.boundAddresses());
      reloads.complete(asked);
      Map<String, Control.Command> commands =
          new HashMap<>(new Operations(started, this::way).commands());
      commands.put("reload", file -> reload.refusal(file).orElseGet(asked::ask));
      commands.put(
          Operations.RUNS,
          file -> reload.refusal(file).orElseGet(() -> Operations.done("it does")));
      commands.put("config", nothing -> CompletableFuture.completedFuture(reload.running()));
      control.serve(commands);
      manager.ready("listening " + way());
      onListening.accept(started);
      ending.limit(config.exitIdleTime());
      Duration idle = ending.await();
      if (!idle.isZero()) {
        LOG.info("no session for {} s: ending (exit-idle-time)", seconds(idle));
        started.leavePaths(false); // Nobody comes after it: the manager closes what it keeps.
      }
      started.hurry(); // A reload that waits for a name server must not hold the end up.
      asked.stop();
      control.close();
      drain(started, report);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      started.close();
    }
  }

  /** Everything that a new configuration changes here; on the thread of the reload. */
  private List<String> goOver(Proxy running, SluiceConfig next) throws IOException {
    Map<String, List<SockAddr>> before = running.boundAddresses();
    List<String> later = running.reload(next);
    config = next;
    store.follow(running.openedSockets());
    announce(ListenLines.without(running.boundAddresses(), before));
    ending.limit(next.exitIdleTime());
    return later;
  }

  private void announce(Map<String, List<SockAddr>> addresses) {
    ListenLines.of(config, addresses, way()).forEach(line -> err.println("sluice: " + line));
    err.flush();
  }

  /** A reload does not change it. */
  private String words(Proxy running) {
    return Way.of(loaded.config(), running);
  }

  private String way() {
    return "(" + words(proxy) + ")";
  }

  private void drain(Proxy started, ServiceReport report) {
    int open = started.sessions();
    Duration limit = config.drainTimeout();
    report.draining(limit);
    LOG.info("stopping: accepting no more, {} sessions may go on for {} s", open, seconds(limit));
    int closed = started.drain(limit);
    if (closed > 0) {
      LOG.warn("stopped: closed {} sessions that were still open after the drain timeout", closed);
    } else {
      LOG.info("stopped");
    }
  }

  /** The number of the system call's failure behind {@code e}, or 0. */
  private static int errno(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof ErrnoException failed) {
        return failed.errno();
      }
    }
    return 0;
  }

  private static String seconds(Duration duration) {
    return String.valueOf(duration.toMillis() / 1000.0).replaceFirst("\\.0$", "");
  }

  /** Says why, where the machine gives less than what the configuration asks for or hopes for. */
  private void warnOfFallback(TransportChoice choice) {
    boolean portable = choice.transport().name().equals("nio");
    if (portable && config.transport() != SluiceConfig.TransportChoice.NIO) {
      LOG.warn("falling back to transport nio, which copies: {}", choice.reason());
    } else if (!portable && !choice.splices() && config.pump().mode() != PumpConfig.Mode.COPY) {
      LOG.warn("copying instead of splicing: {}", choice.reason());
    }
  }

  private int sessions() {
    return proxy.sessions();
  }

  private long sessionsTotal() {
    return proxy.sessionsTotal();
  }

  private void onStop() {
    if (stopSignals.incrementAndGet() == 1) {
      ending.ask();
      return;
    }
    Proxy running = proxy;
    if (running == null) {
      // Still starting, perhaps waiting for a name server: there is nothing to lose.
      Runtime.getRuntime().halt(ExitCode.OK);
    }
    LOG.warn("second signal: closing {} sessions now", running.sessions());
    running.close();
  }

  private void onCounters() {
    Proxy running = proxy;
    if (running != null) {
      CounterLines.of(running.snapshot()).forEach(LOG::info);
    }
  }

  private void onReload() {
    var unused = reloads.thenCompose(Reloads::ask);
  }
}
