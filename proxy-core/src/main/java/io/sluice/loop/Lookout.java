package io.sluice.loop;

import java.util.concurrent.TimeUnit;

/**
 * Whether a loop that is about to sleep lets others have its core and then looks once more for
 * events: what the others do is often the next event, and a sleep and its waking cost more than a
 * look.
 *
 * <p>After vain looks it omits up to three. And where a program that computes keeps the core for a
 * whole time slice, a loop that lets it have it comes back milliseconds after its event, while one
 * that sleeps is woken by it: when looks take that long there is none for a while, and for twice as
 * long each time that they still do.
 *
 * <p>Used by one thread.
 */
final class Lookout {
  /** Looks are at most this rare for being in vain: a loop that becomes busy finds out. */
  private static final int SLEEPS_UNLOOKED_MAX = 3;

  /** More than a proxy's peers compute at a time; less than the kernel's time slices. */
  static final long SLOW_NS = TimeUnit.MILLISECONDS.toNanos(1);

  /** A look counts for one in so many in the mean: one that is slow does not make a pause. */
  static final int WEIGHT = 16;

  static final long PAUSE_MIN_NS = TimeUnit.MILLISECONDS.toNanos(16);

  /** Some slow looks in this time are what it costs to find out that the core is free again. */
  static final long PAUSE_MAX_NS = TimeUnit.SECONDS.toNanos(1);

  /** After so many looks without another pause the next one is short again. */
  static final int FORGOTTEN_AFTER = 256;

  private final Clock clock;

  /** Sleeps left without a look beforehand, and how many there were after the last vain one. */
  private int sleepsUnlooked;

  private int vainLooks;
  private long begunNs;

  /** What looks take, the latest counting most. */
  private long meanNs;

  /** How long the last pause was; 0 when that is forgotten. */
  private long pauseNs;

  private long pausedUntilNs;
  private boolean isPaused;
  private int looksSincePause;

  /** One that looks; {@code clock} tells how long that takes. */
  Lookout(Clock clock) {
    this.clock = clock;
  }

  /** To be asked once before each sleep; true where a look begins. */
  boolean begin() {
    if (sleepsUnlooked > 0) {
      sleepsUnlooked--;
      return false;
    }
    begunNs = clock.nanoTime();
    if (isPaused && begunNs - pausedUntilNs < 0) {
      return false;
    }
    isPaused = false;
    return true;
  }

  /** The look that has begun is over. */
  void end(boolean vain) {
    vainLooks = vain ? Math.min(vainLooks + 1, SLEEPS_UNLOOKED_MAX) : 0;
    sleepsUnlooked = vainLooks;
    long endedNs = clock.nanoTime();
    meanNs += (endedNs - begunNs - meanNs) / WEIGHT;
    if (meanNs > SLOW_NS) {
      pauseNs = Math.min(PAUSE_MAX_NS, Math.max(PAUSE_MIN_NS, 2 * pauseNs));
      pausedUntilNs = endedNs + pauseNs;
      isPaused = true;
      meanNs = 0;
      looksSincePause = 0;
    } else if (pauseNs > 0 && ++looksSincePause == FORGOTTEN_AFTER) {
      pauseNs = 0;
    }
  }
}
