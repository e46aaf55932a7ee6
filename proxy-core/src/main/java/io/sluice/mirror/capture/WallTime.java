package io.sluice.mirror.capture;

import io.sluice.loop.Clock;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Turns the loops' monotonic time into the time of day, in nanoseconds since the epoch.
 *
 * <p>Invariant: the distance of the two clocks is measured again after {@link #REFRESH_NS}, and
 * only a measurement that was not interrupted counts, so that packets of one stream stay in order
 * while the machine's clock is being slewed. The writer's thread.
 */
final class WallTime {

  private static final long REFRESH_NS = 1_000_000_000L;
  private static final long PROMPT_NS = 20_000L;
  private static final int ATTEMPTS = 5;

  private final Clock clock;
  private final InstantSource wall;
  private long offsetNs;
  private long measuredNs;

  WallTime(Clock clock, InstantSource wall) {
    this.clock = clock;
    this.wall = wall;
    measure();
  }

  /** The time of day at the loops' time {@code timeNs}. */
  long ofLoop(long timeNs) {
    if (timeNs - measuredNs > REFRESH_NS) {
      measure();
    }
    return timeNs + offsetNs;
  }

  private void measure() {
    for (int attempt = 1; ; attempt++) {
      long before = clock.nanoTime();
      Instant now = wall.instant();
      long after = clock.nanoTime();
      if (after - before < PROMPT_NS || attempt == ATTEMPTS) {
        measuredNs = after;
        offsetNs = now.getEpochSecond() * 1_000_000_000L + now.getNano() - before;
        return;
      }
    }
  }
}
