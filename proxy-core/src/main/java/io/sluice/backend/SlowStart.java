package io.sluice.backend;

/**
 * How far a server is on its way back to its full share: HAProxy's {@code slowstart}. Guarded by
 * the backend's lock; {@link #percent} may be read without it.
 *
 * <p>Begins only when checks find a server up that they had found down: what is up when the proxy
 * starts, or comes back from maintenance, is warm.
 */
final class SlowStart {
  static final int WHOLE = 100;

  private long durationNs;
  private boolean running;
  private boolean timed;
  private long beganNs;
  private volatile int percent = WHOLE;

  /**
   * A way of {@code durationNs}.
   *
   * @param durationNs 0 means none
   */
  SlowStart(long durationNs) {
    this.durationNs = durationNs;
  }

  /** Another duration, from the next tick on. */
  void setDuration(long ns) {
    durationNs = ns;
  }

  /** Of weight and limit: 1 to 100. */
  int percent() {
    return percent;
  }

  boolean isRunning() {
    return running;
  }

  void onChange(ServerState before, ServerState after) {
    if (durationNs == 0 || before.health().isUp() == after.health().isUp()) {
      return;
    }
    running = after.health().isUp();
    timed = false;
    percent = running ? 1 : WHOLE;
  }

  /** Goes on to where it is at {@code nowNs}; the first call is the beginning. */
  void tick(long nowNs) {
    if (!running) {
      return;
    }
    if (!timed) {
      timed = true;
      beganNs = nowNs;
    }
    long gone = nowNs - beganNs;
    running = gone < durationNs; // Over at once where a reload has taken it away.
    percent = running ? (int) Math.max(1, gone * (double) WHOLE / durationNs) : WHOLE;
  }
}
