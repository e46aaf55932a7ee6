package io.sluice.loop;

import java.time.Duration;

/** A clock that stands still until a test moves it. */
public final class ManualClock implements Clock {
  private long nowNs = 1_000_000_000L;

  @Override
  public long nanoTime() {
    return nowNs;
  }

  /** Moves the time on. */
  public void advance(Duration by) {
    nowNs += by.toNanos();
  }
}
