package io.sluice.app.service;

import io.sluice.proxy.Proxy;
import io.sluice.systemd.ServiceManager;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A status line every few seconds, where it has changed, and the watchdog's rounds; while draining
 * also the wish for more time. On a thread for each: both go on while the main thread waits for
 * sessions to finish.
 */
final class PeriodicReport implements ServiceReport {
  private static final Duration STATUS_PERIOD = Duration.ofSeconds(3);

  /** Asked for in each period of draining: several periods, so that one may be late. */
  private static final Duration EXTENSION = STATUS_PERIOD.multipliedBy(5);

  private final ServiceManager manager;
  private final Proxy proxy;
  private final String way;
  private final StatusLine line;
  private final ScheduledExecutorService clock;
  private String told = "";

  /** What is wrong with the last reload, with a comma; empty where nothing is. */
  private String trouble = "";

  private volatile boolean draining;
  private volatile long drainedAtNs;

  PeriodicReport(ServiceManager manager, Proxy proxy, String way) {
    this.manager = manager;
    this.proxy = proxy;
    this.way = way;
    line = new StatusLine(way, System.nanoTime());
    clock =
        Executors.newScheduledThreadPool(
            2, // A status that waits for a slow loop must not make the watchdog wait.
            task -> {
              Thread thread = new Thread(task, "sluice-report");
              thread.setDaemon(true);
              return thread;
            });
    every(STATUS_PERIOD, this::tellStatus);
    Duration interval = manager.watchdogInterval();
    if (!interval.isZero()) {
      Watchdog watchdog = new Watchdog(manager, proxy, interval);
      manager.alive(); // The interval has begun with READY.
      every(watchdog.period(), watchdog::round);
    }
  }

  private interface Round {
    void run() throws InterruptedException;
  }

  private void every(Duration period, Round round) {
    Runnable task =
        () -> {
          try {
            round.run();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // The end.
          } catch (RuntimeException | Error e) {
            // The executor would keep it to itself, and drop the task.
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
          }
        };
    var unused =
        clock.scheduleWithFixedDelay(
            task, period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
  }

  private synchronized void tellStatus() {
    if (draining && System.nanoTime() - drainedAtNs < 0) {
      manager.extendTimeout(EXTENSION);
    }
    String text = (draining ? "draining, " : "") + trouble + status();
    if (!text.equals(told)) {
      told = text;
      manager.status(text);
    }
  }

  private String present() {
    return StatusLine.present(proxy.sessions(), proxy.serversUp(), proxy.servers());
  }

  private String status() {
    String present = present();
    try {
      return line.text(present, proxy.snapshot(), System.nanoTime());
    } catch (IllegalStateException e) {
      return present + ", " + e.getMessage(); // A loop that hangs.
    }
  }

  @Override
  public void reloading() {
    manager.reloading("reloading, " + present());
  }

  @Override
  public void reloaded() {
    ready("");
  }

  @Override
  public void reloadFailed(String why) {
    ready("last reload failed (" + why + "), ");
  }

  /** Without rates: for these a loop would have to be waited for. */
  private synchronized void ready(String wrong) {
    trouble = wrong;
    told = trouble + present() + " (" + way + ")";
    manager.ready(told);
  }

  @Override
  public void draining(Duration limit) {
    drainedAtNs = System.nanoTime() + limit.toNanos();
    draining = true;
    manager.stopping("draining " + proxy.sessions() + " sessions");
    manager.extendTimeout(EXTENSION);
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
