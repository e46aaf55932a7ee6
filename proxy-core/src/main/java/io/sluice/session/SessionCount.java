package io.sluice.session;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How many sessions there are now, of those that are counted here. Not the places of a {@link
 * ConnectionGate}: a loop takes one before it knows whether there is a connection for it.
 *
 * <p>Invariant: each loop's number is that of the sessions that it has begun and not yet ended.
 * Only that loop writes it, so that counting never contends; a sum has each as it was when it was
 * read.
 */
final class SessionCount {
  private static final VarHandle VALUE = MethodHandles.arrayElementVarHandle(int[].class);

  /** Numbers so far apart are never in one cache line, nor in the one that is fetched with it. */
  private static final int STRIDE = 128 / Integer.BYTES;

  private final int[] byLoop;

  /** None, on any of {@code loops} loops. */
  SessionCount(int loops) {
    byLoop = new int[(loops + 1) * STRIDE];
  }

  /** One more on loop {@code loop}; on its thread only. */
  void begin(int loop) {
    add(loop, 1);
  }

  /** One less on loop {@code loop}; on its thread only. */
  void end(int loop) {
    add(loop, -1);
  }

  /** Those of all loops. Any thread. */
  int sum() {
    int sum = 0;
    for (int place = STRIDE; place < byLoop.length; place += STRIDE) {
      sum += (int) VALUE.getAcquire(byLoop, place);
    }
    return sum;
  }

  private void add(int loop, int change) {
    int place = (loop + 1) * STRIDE; // The first stride keeps the array's header away.
    int now = byLoop[place] + change;
    assert now >= 0 : "a session of loop " + loop + " has ended that it had not begun";
    VALUE.setRelease(byLoop, place, now);
  }
}
