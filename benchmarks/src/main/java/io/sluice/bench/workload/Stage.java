package io.sluice.bench.workload;

import io.sluice.bench.load.Clients;
import io.sluice.bench.load.LoadLoop;
import io.sluice.bench.load.MirrorManner;
import io.sluice.bench.load.MirrorTarget;
import io.sluice.bench.load.Target;
import io.sluice.bench.peer.Contender;
import io.sluice.bench.peer.Running;
import io.sluice.bench.site.Site;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/**
 * One contender in place: it runs, something serves behind it, the loops are there to drive it.
 * Runs on stages follow each other, never overlap.
 *
 * @param target our server behind it; {@code null} where the scene has a foreign one
 * @param mirror where its duplicates go; {@code null} where it has no mirror
 */
public record Stage(
    Contender contender,
    Site site,
    Running running,
    Target target,
    MirrorTarget mirror,
    List<LoadLoop> clientLoops,
    List<LoadLoop> serverLoops)
    implements AutoCloseable {

  private static final long SETTLE_NS = TimeUnit.SECONDS.toNanos(1);
  private static final int POLL_MS = 2;

  /**
   * Opens a target, unless the site has a server, and a mirror, if the contender has one, and
   * starts the contender before them.
   */
  public static Stage set(
      Contender contender,
      Site site,
      List<LoadLoop> clientLoops,
      List<LoadLoop> serverLoops,
      LoadLoop mirrorLoop)
      throws IOException {
    Target target = site.scene().isForeign() ? null : Target.open(site.targetHost(), serverLoops);
    MirrorTarget mirror = null;
    try {
      Optional<MirrorManner> manner = contender.mirror();
      if (manner.isPresent()) {
        mirror = MirrorTarget.open(site.targetHost(), mirrorLoop, manner.get());
      }
      int port = target == null ? site.serverPort() : target.port();
      OptionalInt mirrorPort = mirror == null ? OptionalInt.empty() : OptionalInt.of(mirror.port());
      Running running = site.start(contender, port, mirrorPort, contender.name());
      return new Stage(contender, site, running, target, mirror, clientLoops, serverLoops);
    } catch (IOException e) {
      close(target, mirror);
      throw e;
    }
  }

  /** Starts another process of the same contender before the same target. */
  Running another() throws IOException {
    return site.start(contender, target.port(), OptionalInt.empty(), "fresh");
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
    while (isBusy() && System.nanoTime() - startNs < SETTLE_NS) {
      Thread.sleep(POLL_MS);
    }
    if (target.connections() > 0) {
      serverLoops.forEach(LoadLoop::resetAll);
    }
    if (mirror != null) {
      mirror.forget();
    }
  }

  private boolean isBusy() {
    return target.connections() > 0 || (mirror != null && mirror.connections() > 0);
  }

  @Override
  public void close() throws IOException {
    running.close();
    close(target, mirror);
  }

  private static void close(Target target, MirrorTarget mirror) throws IOException {
    if (target != null) {
      target.close();
    }
    if (mirror != null) {
      mirror.close();
    }
  }
}
