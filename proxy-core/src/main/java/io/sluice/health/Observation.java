package io.sluice.health;

import io.sluice.backend.ServerObserver;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts what sessions meet at one server: errors in a row, without a success in between. Called on
 * every loop; where nothing fails, nothing shared is written.
 */
final class Observation implements ServerObserver {
  private final int errorLimit;
  private final ServerHealth health;
  private final AtomicInteger errors = new AtomicInteger();

  Observation(int errorLimit, ServerHealth health) {
    this.errorLimit = errorLimit;
    this.health = health;
  }

  @Override
  public void onConnected() {
    if (errors.get() != 0) {
      errors.set(0);
    }
  }

  @Override
  public void onConnectFailed(String why) {
    int count = errors.incrementAndGet();
    // Only one of several loops finds exactly the limit.
    if (count == errorLimit) {
      errors.set(0);
      health.onErrors(count);
    }
  }
}
