package io.sluice.admission;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many connections may be accepted in a second; the others wait in the kernel's backlog, as
 * with HAProxy's {@code maxconnrate} and {@code rate-limit sessions}. Thread-safe.
 */
public interface ConnectionRate {

  /** As many as come. */
  ConnectionRate UNLIMITED =
      new ConnectionRate() {
        @Override
        public long tryTake(long nowNs) {
          return 0;
        }

        @Override
        public void giveBack() {
          // Nothing was taken.
        }
      };

  /** {@code perSecond} in a second, of which a tenth may come at once; 0 means without a limit. */
  static ConnectionRate of(int perSecond) {
    return perSecond == 0 ? UNLIMITED : new Limited(perSecond);
  }

  /** Takes one connection: 0 if it may be accepted now, or the time until one may be, in ns. */
  long tryTake(long nowNs);

  /** Gives back what was taken for a connection that did not come. */
  void giveBack();

  /** Both limits at once. */
  default ConnectionRate and(ConnectionRate other) {
    if (other == UNLIMITED) {
      return this;
    }
    return this == UNLIMITED ? other : new Both(this, other);
  }

  /** By the generic cell rate algorithm, as {@link SourceTable} does it for each source. */
  final class Limited implements ConnectionRate {
    private static final long SECOND_NS = Duration.ofSeconds(1).toNanos();
    private static final int BURSTS_PER_SECOND = 10;

    private final long intervalNs;
    private final long aheadNs;

    /** Until when the connections so far have used up the share; a time only once it is begun. */
    private final AtomicLong usedUpToNs = new AtomicLong();

    private volatile boolean begun;

    private Limited(int perSecond) {
      intervalNs = SECOND_NS / perSecond;
      aheadNs = intervalNs * (Math.max(1, perSecond / BURSTS_PER_SECOND) - 1);
    }

    @Override
    public long tryTake(long nowNs) {
      if (!begun) {
        begin(nowNs);
      }
      while (true) {
        long usedUpTo = usedUpToNs.get();
        long aheadOfNowNs = Math.max(0, usedUpTo - nowNs);
        if (aheadOfNowNs > aheadNs) {
          return aheadOfNowNs - aheadNs;
        }
        if (usedUpToNs.compareAndSet(usedUpTo, nowNs + aheadOfNowNs + intervalNs)) {
          return 0;
        }
      }
    }

    private synchronized void begin(long nowNs) {
      if (!begun) {
        usedUpToNs.set(nowNs);
        begun = true;
      }
    }

    @Override
    public void giveBack() {
      usedUpToNs.addAndGet(-intervalNs);
    }
  }

  /** Two limits of which each holds. */
  record Both(ConnectionRate first, ConnectionRate second) implements ConnectionRate {

    @Override
    public long tryTake(long nowNs) {
      long waitNs = first.tryTake(nowNs);
      if (waitNs > 0) {
        return waitNs;
      }
      waitNs = second.tryTake(nowNs);
      if (waitNs > 0) {
        first.giveBack();
      }
      return waitNs;
    }

    @Override
    public void giveBack() {
      first.giveBack();
      second.giveBack();
    }
  }
}
