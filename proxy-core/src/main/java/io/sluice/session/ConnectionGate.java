package io.sluice.session;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A limit on connections at a time. Who cannot enter waits to be told that a place is free; its
 * clients wait in the kernel's backlog, as with HAProxy's {@code maxconn}.
 *
 * <p>A place is taken before the connection is accepted, or else there would be one too many, and
 * given back where none was waiting. So the places taken are no number to show to people: that is
 * {@link SessionCount}.
 *
 * <p>Invariant: whoever is in the queue while a place is free is about to be told. Thread-safe.
 */
public final class ConnectionGate {
  private volatile int max;
  private final AtomicInteger taken = new AtomicInteger();
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

  /** At most {@code max} at a time. */
  public ConnectionGate(int max) {
    this.max = max;
  }

  /** Places taken now: at least one for each connection inside. */
  public int taken() {
    return taken.get();
  }

  /** The limit. */
  public int max() {
    return max;
  }

  /** Changes the limit. Those who are inside beyond it stay; nobody else comes in until then. */
  public void setMax(int limit) {
    max = limit;
    if (taken.get() < limit) {
      tellAll();
    }
  }

  /** Takes a place if one is free. */
  boolean tryEnter() {
    if (taken.incrementAndGet() <= max) {
      return true;
    }
    leave();
    return false;
  }

  /** Gives a place back. */
  void leave() {
    if (taken.decrementAndGet() < max) {
      tellAll();
    }
  }

  /** Calls {@code onFree} once, on any thread, as soon as a place is free; perhaps at once. */
  void await(Runnable onFree) {
    waiting.add(onFree);
    // A place may have become free between the failed attempt and the line above.
    if (taken.get() < max) {
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
