package io.sluice.bench.workload;

import java.time.Duration;

/**
 * How long one run takes.
 *
 * @param ramp from the first connection to the first measurement
 * @param window what is measured
 */
public record Timing(Duration ramp, Duration window) {

  static void sleep(Duration duration) throws InterruptedException {
    Thread.sleep(duration.toMillis(), duration.toNanosPart() % 1_000_000);
  }
}
