package io.sluice.app;

import io.sluice.app.service.IdleTime;
import io.sluice.app.service.ServiceReport;
import io.sluice.config.BackendConfig;
import io.sluice.config.FrontendConfig;
import io.sluice.config.PumpConfig;
import io.sluice.config.SluiceConfig;
import io.sluice.linux.ErrnoException;
import io.sluice.proxy.Proxy;
import io.sluice.proxy.TransportChoice;
import io.sluice.systemd.InheritedSockets;
import io.sluice.systemd.ServiceManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A proxy with a process around it, from start to the signal that ends it.
 *
 * <pre>
 *   start ──▶ listening ──TERM, INT, idle──▶ draining ──sessions gone, deadline, signal──▶ end
 * </pre>
 *
 * <p>{@link #run} belongs to the main thread; each signal comes on a thread of its own.
 */
final class Daemon {
  private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

  private final SluiceConfig config;
  private final PrintWriter err;
  private final ServiceManager manager = ServiceManager.of(System.getenv(), LOG::warn);
  private final AtomicInteger stopSignals = new AtomicInteger();
  private final CountDownLatch stopAsked = new CountDownLatch(1);
  private volatile Proxy proxy;

  /**
   * A daemon that has not started.
   *
   * @param err where it says that it listens
   */
  Daemon(SluiceConfig config, PrintWriter err) {
    this.config = config;
    this.err = err;
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
    Signals.handle("HUP", Daemon::onReload);
    var inherited = InheritedSockets.of(System.getenv(), LOG::warn);
    TransportChoice transport = TransportChoice.choose(config.transport(), config.pump());
    Proxy started =
        Proxy.start(config, transport, inherited.descriptors(), manager::removeDescriptors);
    if (manager.keepsDescriptors()) {
      started.openedSockets().forEach(manager::storeDescriptor);
    }
    proxy = started;
    warnOfFallback(started.transport());
    announce(started);
    try (ServiceReport report = ServiceReport.begin(manager, started, Way.of(config, started))) {
      onListening.accept(started);
      serve(started);
      drain(started, report);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      started.close();
    }
    return ExitCode.OK;
  }

  private void announce(Proxy started) {
    String way = "(" + Way.of(config, started) + ")";
    started
        .boundAddresses()
        .forEach(
            (frontend, addresses) -> {
              String target = target(config.frontends().get(frontend));
              addresses.forEach(
                  address ->
                      err.println(
                          "sluice: "
                              + frontend
                              + " listens on "
                              + address
                              + " -> "
                              + target
                              + " "
                              + way));
            });
    err.flush();
    manager.ready("listening " + way);
  }

  /**
   * {@code backend: address, address, mirrored to target, target}; the backend's name only where it
   * says something.
   */
  private String target(FrontendConfig frontend) {
    BackendConfig backend = config.backends().get(frontend.backend());
    String servers =
        backend.servers().stream()
            .map(server -> server.address().toString())
            .distinct() // All slots have one.
            .collect(Collectors.joining(", "));
    String target =
        backend.name().equals(frontend.name()) ? servers : backend.name() + ": " + servers;
    return frontend.mirrors().isEmpty() ? target : target + ", mirrored to " + mirrors(frontend);
  }

  private static String mirrors(FrontendConfig frontend) {
    return frontend.mirrors().stream()
        .map(mirror -> mirror.target().toString())
        .collect(Collectors.joining(", "));
  }

  private void serve(Proxy started) throws InterruptedException {
    Duration limit = config.exitIdleTime();
    if (limit.isZero()) {
      stopAsked.await();
      return;
    }
    IdleTime idle = new IdleTime(limit, System.nanoTime());
    while (!stopAsked.await(idle.period().toNanos(), TimeUnit.NANOSECONDS)) {
      if (idle.isOver(started.sessions(), started.sessionsTotal(), System.nanoTime())) {
        LOG.info("no session for {} s: ending (exit-idle-time)", seconds(limit));
        return;
      }
    }
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

  private void onStop() {
    if (stopSignals.incrementAndGet() == 1) {
      stopAsked.countDown();
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

  private static void onReload() {
    LOG.warn("SIGHUP ignored: this version cannot reload its configuration, restart it instead");
  }
}
