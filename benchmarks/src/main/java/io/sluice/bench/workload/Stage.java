package io.sluice.bench.workload;

import io.sluice.bench.load.LoadLoop;
import io.sluice.bench.load.Target;
import io.sluice.bench.peer.Contender;
import io.sluice.bench.peer.Running;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One contender in place: it runs, its target serves, the loops are there to drive both. Runs on
 * stages follow each other, never overlap.
 */
public record Stage(
    Contender contender,
    Running running,
    Target target,
    List<LoadLoop> clientLoops,
    List<LoadLoop> serverLoops,
    Path work)
    implements AutoCloseable {

  private static final long SETTLE_NS = TimeUnit.SECONDS.toNanos(1);
  private static final int POLL_MS = 2;

  /**
   * Opens a target and starts the contender before it, in a folder of its own below {@code work}.
   */
  public static Stage set(
      Contender contender, List<LoadLoop> clientLoops, List<LoadLoop> serverLoops, Path work)
      throws IOException {
    Target target = Target.open(serverLoops);
    try {
      Path folder = Files.createDirectories(work.resolve(contender.name()));
      Running running = contender.start(freePort(), target.port(), folder);
      return new Stage(contender, running, target, clientLoops, serverLoops, folder);
    } catch (IOException e) {
      target.close();
      throw e;
    }
  }

  /** Starts another process of the same contender before the same target. */
  Running another() throws IOException {
    Path folder = Files.createDirectories(work.resolve("fresh"));
    return contender.start(freePort(), target.port(), folder);
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
    target.close();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
