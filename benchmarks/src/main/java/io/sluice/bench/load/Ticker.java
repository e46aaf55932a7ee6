package io.sluice.bench.load;

import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Calls those who wait for time to pass, every millisecond, on their loop's thread.
 *
 * <p>A selector can wait for whole milliseconds only and begins to count when it is called. A
 * thread of its own, which exists while somebody waits, keeps to the grid of {@link #PERIOD_NS} in
 * System.nanoTime() and wakes the selector. The list belongs to the loop's thread.
 */
final class Ticker {

  /** The grid on which due times should lie. */
  static final long PERIOD_NS = 1_000_000;

  /** Somebody who waits. */
  interface Ticking {
    /** The grid's time {@code tickNs} has come. */
    void onTick(long tickNs);
  }

  private final Selector selector;
  private final List<Ticking> waiting = new ArrayList<>();
  private volatile Thread thread;
  private volatile long tickNs;
  private long doneNs;

  Ticker(Selector selector) {
    this.selector = selector;
  }

  /** The first point of the grid at or after {@code ns}. */
  static long align(long ns) {
    return ns + Math.floorMod(-ns, PERIOD_NS);
  }

  /** Adds somebody; from the loop's thread. */
  void add(Ticking ticking) {
    waiting.add(ticking);
    if (thread == null) {
      thread = new Thread(this::tick, Thread.currentThread().getName() + "-ticker");
      thread.setDaemon(true);
      thread.start();
    }
  }

  /** Forgets everybody and ends the thread; from the loop's thread. */
  void clear() {
    waiting.clear();
    thread = null;
  }

  /** Calls everybody when a tick has come since the last time; from the loop's thread. */
  void run() {
    long now = tickNs;
    if (now != doneNs) {
      doneNs = now;
      for (Ticking ticking : waiting) {
        ticking.onTick(now);
      }
    }
  }

  private void tick() {
    long nextNs = align(System.nanoTime());
    while (thread == Thread.currentThread() && selector.isOpen()) {
      long restNs = nextNs - System.nanoTime();
      if (restNs > 0) {
        LockSupport.parkNanos(restNs);
      } else {
        tickNs = nextNs;
        selector.wakeup();
        // A tick that was slept through is not made up for: the next one finds what is due.
        nextNs = Math.max(nextNs + PERIOD_NS, align(System.nanoTime()));
      }
    }
  }
}
