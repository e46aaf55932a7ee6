package io.sluice.proxy;

import io.sluice.backend.Backend;
import io.sluice.discovery.Discovery;
import io.sluice.discovery.DiscoveryThread;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The discovery of servers for those backends that ask for it. Any thread but a loop's: {@link
 * #awaitFirst} blocks.
 */
final class Discoveries implements AutoCloseable {
  /** However patient the configuration is: whoever starts a proxy wants it to listen. */
  private static final Duration FIRST_MAX = Duration.ofSeconds(10);

  /** Null until somebody needs it. */
  private DiscoveryThread thread;

  private final IdentityHashMap<Backend, Discovery> running = new IdentityHashMap<>();
  private boolean closed;

  /** Begins for all of these, and waits for the first answers: see {@link #awaitFirst}. */
  void start(Collection<Backend> backends) throws IOException {
    for (Backend backend : backends) {
      add(backend);
    }
    awaitFirst();
  }

  /**
   * Begins to fill the slots of a backend; one that has none is left alone. Slots that are filled
   * already stay so until an answer says otherwise.
   *
   * @throws IOException when its name is none
   */
  synchronized void add(Backend backend) throws IOException {
    if (closed || !backend.config().discover().isOn()) {
      return;
    }
    if (thread == null) {
      thread = new DiscoveryThread();
    }
    Discovery discovery = Discovery.of(backend, thread);
    remove(backend);
    running.put(backend, discovery);
    discovery.start();
  }

  /** Asks no more for a backend; its slots stay as they are. */
  synchronized void remove(Backend backend) {
    Discovery discovery = running.remove(backend);
    if (discovery != null) {
      discovery.stop();
    }
  }

  /**
   * Waits until each backend has its first answer, or knows that there is none for now, but not
   * longer than its attempts may take, nor longer than ten seconds. Slots that have none stay
   * empty: a session that comes meanwhile finds no server, as with HAProxy's {@code init-addr
   * none}.
   */
  void awaitFirst() {
    List<Discovery> waited;
    synchronized (this) {
      waited = List.copyOf(running.values());
    }
    long begunNs = System.nanoTime();
    for (Discovery discovery : waited) {
      Duration patience = discovery.patience();
      long boundNs = Math.min(FIRST_MAX.toNanos(), patience.toNanos());
      try {
        discovery.awaitFirst(boundNs - (System.nanoTime() - begunNs), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    running.clear();
    if (thread != null) {
      thread.close();
      thread = null;
    }
  }
}
