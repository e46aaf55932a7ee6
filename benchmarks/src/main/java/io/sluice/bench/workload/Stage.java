package io.sluice.bench.workload;

import io.sluice.bench.load.Clients;
import io.sluice.bench.load.LoadLoop;
import io.sluice.bench.load.Target;
import io.sluice.bench.peer.Contender;
import io.sluice.bench.peer.Running;
import io.sluice.bench.site.Site;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One contender in place: it runs, something serves behind it, the loops are there to drive it.
 * Runs on stages follow each other, never overlap.
 *
 * @param target our server behind it; {@code null} where the scene has a foreign one
 */
public record Stage(
    Contender contender,
    Site site,
    Running running,
    Target target,
    List<LoadLoop> clientLoops,
    List<LoadLoop> serverLoops)
    implements AutoCloseable {

  private static final long SETTLE_NS = TimeUnit.SECONDS.toNanos(1);
  private static final int POLL_MS = 2;

  /** Opens a target, unless the site has a server, and starts the contender before it. */
  public static Stage set(
      Contender contender, Site site, List<LoadLoop> clientLoops, List<LoadLoop> serverLoops)
      throws IOException {
    Target target = site.scene().isForeign() ? null : Target.open(site.targetHost(), serverLoops);
    try {
      int port = target == null ? site.serverPort() : target.port();
      Running running = site.start(contender, port, contender.name());
      return new Stage(contender, site, running, target, clientLoops, serverLoops);
    } catch (IOException e) {
      if (target != null) {
        target.close();
      }
      throw e;
    }
  }

  /** Starts another process of the same contender before the same target. */
  Running another() throws IOException {
    return site.start(contender, target.port(), "fresh");
  }

  /** New clients of the contender. */
  Clients clients() {
    return clients(running);
  }

  /** New clients of a process that {@link #another} started. */
  Clients clients(Running process) {
    return new Clients(clientLoops, process.host(), process.port());
  }

  /**
   * Waits until the contender has let go of the last run's connections, and helps if it does not.
   */
  void settle() throws InterruptedException {
    long startNs = System.nanoTime();
    while (target.connections() > 0 && System.nanoTime() - startNs < SETTLE_NS) {
      Thread.sleep(POLL_MS);
    }
    if (target.connections() > 0) {
      serverLoops.forEach(LoadLoop::resetAll);
    }
  }

  @Override
  public void close() throws IOException {
    running.close();
    if (target != null) {
      target.close();
    }
  }
}
