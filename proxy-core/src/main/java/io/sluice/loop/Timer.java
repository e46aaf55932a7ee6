package io.sluice.loop;

/**
 * Something that is due at a moment. Belongs to at most one {@link Timers} at a time; arming and
 * cancelling allocate nothing. Loop thread only.
 */
public abstract class Timer {
  Timer previous;
  Timer next;
  long deadlineTick;
  int slot = Timers.NOT_ARMED;

  /** True from {@link Timers#arm} until the timer fires or is cancelled. */
  public final boolean isArmed() {
    return slot != Timers.NOT_ARMED;
  }

  /** Called once when due, on the loop's thread, after the timer was disarmed: it may arm again. */
  protected abstract void onTimer();
}
