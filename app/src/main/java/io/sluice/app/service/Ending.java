package io.sluice.app.service;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * When the service ends: when somebody asks for it, or after a time without a session, which may be
 * changed meanwhile. One thread waits; any may ask and change.
 */
public final class Ending {
  private final IntSupplier sessions;
  private final LongSupplier sessionsTotal;
  private Duration limit = Duration.ZERO;
  private boolean limitIsNew;
  private boolean asked;

  /**
   * Not asked for, and without a limit.
   *
   * @param sessions sessions now
   * @param sessionsTotal sessions begun, ever
   */
  public Ending(IntSupplier sessions, LongSupplier sessionsTotal) {
    this.sessions = sessions;
    this.sessionsTotal = sessionsTotal;
  }

  /** Somebody wants it to end. */
  public synchronized void ask() {
    asked = true;
    notifyAll();
  }

  /** The time without a session that ends it, counted from now on; zero where none does. */
  public synchronized void limit(Duration without) {
    if (!limit.equals(without)) {
      limit = without;
      limitIsNew = true;
      notifyAll();
    }
  }

  /**
   * Waits for the end.
   *
   * @return the time without a session that ends it, or zero where it was asked for
   */
  public synchronized Duration await() throws InterruptedException {
    IdleTime idle = null;
    while (!asked) {
      if (limitIsNew) {
        limitIsNew = false;
        idle = limit.isZero() ? null : new IdleTime(limit, System.nanoTime());
      }
      if (idle == null) {
        wait();
      } else if (idle.isOver(sessions.getAsInt(), sessionsTotal.getAsLong(), System.nanoTime())) {
        return limit;
      } else {
        TimeUnit.NANOSECONDS.timedWait(this, idle.period().toNanos());
      }
    }
    return Duration.ZERO;
  }
}
