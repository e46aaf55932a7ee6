package io.sluice.health;

import io.sluice.loop.EventLoop;
import io.sluice.loop.Timer;

/**
 * Runs one check of one server again and again.
 *
 * <p>Invariant: at most one run is under way, and the timer is armed exactly when none is, until
 * the cycle is stopped. Loop thread only.
 */
final class CheckCycle {

  /** What the cycle is of. */
  interface Owner {
    /** Whether the check is to be left out for now. */
    boolean isPaused();

    /** A run has begun. */
    void onBegun();

    /** A run has ended. */
    void onResult(CheckResult result);

    /** When the next run begins, from now on. */
    long delayNs();
  }

  private static final long MS = 1_000_000;

  private final EventLoop loop;
  private final CheckTerms terms;
  private final Owner owner;
  private final Pause pause = new Pause();
  private CheckRun run;
  private long begunNs;
  private long dueNs;
  private boolean stopped;

  CheckCycle(EventLoop loop, CheckTerms terms, Owner owner) {
    this.loop = loop;
    this.terms = terms;
    this.owner = owner;
  }

  void start(long firstNs) {
    arm(firstNs);
  }

  /** Makes the next run begin within {@code delayNs}, unless one is under way. */
  void hasten(long delayNs) {
    if (!stopped && run == null && loop.nowNs() + delayNs - dueNs < 0) {
      arm(delayNs);
    }
  }

  /** Ends the run that is under way, if any, without a result; the next one has its own time. */
  void interrupt() {
    if (run != null) {
      run.cancel();
      run = null;
      arm(owner.delayNs());
    }
  }

  void stop() {
    stopped = true;
    loop.timers().cancel(pause);
    if (run != null) {
      run.cancel();
      run = null;
    }
  }

  boolean isRunning() {
    return run != null;
  }

  private void arm(long delayNs) {
    dueNs = loop.nowNs() + delayNs;
    loop.timers().arm(pause, dueNs);
  }

  private void onDue() {
    if (owner.isPaused()) {
      arm(owner.delayNs());
      return;
    }
    begunNs = loop.nowNs();
    run = new CheckRun(loop, terms, this::onVerdict);
    run.begin();
    owner.onBegun();
  }

  private void onVerdict(Verdict verdict) {
    run = null;
    long durationMs = (loop.nowNs() - begunNs) / MS;
    owner.onResult(new CheckResult(verdict.status(), verdict.code(), verdict.info(), durationMs));
    if (!stopped) {
      arm(owner.delayNs());
    }
  }

  private final class Pause extends Timer {
    @Override
    protected void onTimer() {
      onDue();
    }
  }
}
