package io.sluice.session;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A limit on connections at a time. Who cannot enter waits to be told that a place is free; its
 * clients wait in the kernel's backlog, as with HAProxy's {@code maxconn}.
 *
 * <p>Invariant: whoever is in the queue while a place is free is about to be told. Thread-safe.
 */
public final class ConnectionGate {
  private volatile int max;
  private final AtomicInteger active = new AtomicInteger();
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

  /** At most {@code max} at a time. */
  public ConnectionGate(int max) {
    this.max = max;
  }

  /** Connections inside now. */
  public int active() {
    return active.get();
  }

  /** The limit. */
  public int max() {
    return max;
  }

  /** Changes the limit. Those who are inside beyond it stay; nobody else comes in until then. */
  public void setMax(int limit) {
    max = limit;
    if (active.get() < limit) {
      tellAll();
    }
  }

  /** Takes a place if one is free. */
  boolean tryEnter() {
    if (active.incrementAndGet() <= max) {
      return true;
    }
    leave();
    return false;
  }

  /** Gives a place back. */
  void leave() {
    if (active.decrementAndGet() < max) {
      tellAll();
    }
  }

  /** Calls {@code onFree} once, on any thread, as soon as a place is free; perhaps at once. */
  void await(Runnable onFree) {
    waiting.add(onFree);
    // A place may have become free between the failed attempt and the line above.
    if (active.get() < max) {
      tellAll();
    }
  }

  /** Those who wait to be told. */
  int waiting() {
    return waiting.size();
  }

  private void tellAll() {
    for (Runnable onFree = waiting.poll(); onFree != null; onFree = waiting.poll()) {
      onFree.run();
    }
  }
}
