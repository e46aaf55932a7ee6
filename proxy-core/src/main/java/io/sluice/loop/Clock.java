package io.sluice.loop;

/**
 * Where a loop reads the time. Tests pass one that they move by hand.
 *
 * <p>Values may wrap: compare by subtraction.
 */
@FunctionalInterface
public interface Clock {

  /** The machine's monotonic clock. */
  Clock SYSTEM = System::nanoTime;

  /** Nanoseconds since an arbitrary moment. */
  long nanoTime();
}
