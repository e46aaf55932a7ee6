package io.sluice.discovery;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.NioClient;

/**
 * The thread of all discoveries of a process, beside the event loops: what it does to servers it
 * does through their thread-safe methods. Sockets are the DNS library's, which has a thread of its
 * own for them, one for the whole JVM; it ends with the last of these.
 */
public final class DiscoveryThread implements Agenda, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DiscoveryThread.class);
  private static final long END_WAIT_MS = 2_000;

  private static int running;

  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(
          1,
          task -> {
            Thread made = new Thread(task, "sluice-discovery");
            made.setDaemon(true);
            worker = made;
            return made;
          });

  /** Null until somebody needs it. */
  private volatile Thread worker;

  /** A thread that is there once somebody needs it. */
  public DiscoveryThread() {
    count(1);
  }

  private static synchronized void count(int more) {
    running += more;
    if (running == 0) {
      NioClient.close();
    }
  }

  @Override
  public long nowNs() {
    return System.nanoTime();
  }

  @Override
  public void execute(Runnable task) {
    after(0, task);
  }

  @Override
  public void after(long delayNs, Runnable task) {
    try {
      var unused = thread.schedule(() -> guarded(task), delayNs, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException closed) {
      // Then nobody waits for it either.
    }
  }

  private static void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.error("a defect of the discovery of servers", e);
    }
  }

  /**
   * Ends all discoveries; when it returns no server is touched any more, and the thread is gone.
   */
  @Override
  public synchronized void close() {
    if (thread.isShutdown()) {
      return; // Others may still use the library.
    }
    thread.shutdownNow();
    Thread last = worker;
    try {
      if (last != null) {
        last.join(END_WAIT_MS);
        if (last.isAlive()) {
          LOG.warn("the discovery of servers does not end");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    count(-1);
  }
}
