package io.sluice.loop;

import java.time.Duration;

/**
 * A clock that stands still until a test moves it. It begins half a second before its values wrap:
 * whoever compares them otherwise than by subtraction fails most tests.
 */
public final class ManualClock implements Clock {
  private long nowNs = Long.MAX_VALUE - Duration.ofMillis(500).toNanos();

  @Override
  public long nanoTime() {
    return nowNs;
  }

  /** Moves the time on. */
  public void advance(Duration by) {
    nowNs += by.toNanos();
  }
}
