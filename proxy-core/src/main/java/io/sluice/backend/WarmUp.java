package io.sluice.backend;

import io.sluice.loop.EventLoop;
import io.sluice.loop.Timer;
import java.time.Duration;

/**
 * Lets the slow starts of a backend go on, on one loop, and sleeps while there are none.
 *
 * <p>Invariant: it is armed while a server is on its way back, or a command to arm it is on its way
 * to the loop.
 */
public final class WarmUp extends Timer implements ServerListener {
  private static final long INTERVAL_MIN_NS = Duration.ofMillis(50).toNanos();
  private static final long INTERVAL_MAX_NS = Duration.ofSeconds(1).toNanos();
  private static final int STEPS = 100;

  private final Backend backend;
  private final EventLoop loop;

  private WarmUp(Backend backend, EventLoop loop) {
    this.backend = backend;
    this.loop = loop;
  }

  /** Looks after those servers of {@code backend} that have a slow start, for ever. Any thread. */
  public static void watch(Backend backend, EventLoop loop) {
    backend.addListener(new WarmUp(backend, loop));
  }

  private static long durationNs(Server server) {
    return server.config().slowStart().toNanos();
  }

  /** Short enough for the shortest of them. */
  private long intervalNs() {
    long shortestNs =
        backend.servers().stream()
            .mapToLong(WarmUp::durationNs)
            .filter(ns -> ns > 0)
            .min()
            .orElse(INTERVAL_MAX_NS);
    return Math.max(INTERVAL_MIN_NS, Math.min(INTERVAL_MAX_NS, shortestNs / STEPS));
  }

  @Override
  public void onStateChanged(Server server, ServerState before, ServerState after, String why) {
    if (durationNs(server) > 0 && !before.health().isUp() && after.health().isUp()) {
      loop.execute(this::begin);
    }
  }

  private void begin() {
    if (!isArmed()) {
      onTimer();
    }
  }

  @Override
  protected void onTimer() {
    if (backend.tick(loop.nowNs())) {
      loop.timers().arm(this, loop.nowNs() + intervalNs());
    }
  }
}
