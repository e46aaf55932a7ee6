package io.sluice.loop;

/**
 * Deadlines of one loop, in a hierarchical timing wheel: arming, cancelling and firing are O(1).
 *
 * <p>A tick is a millisecond. Level 0 has a slot for each of the next 64 ticks, level 1 for each of
 * the next 64 × 64, and so on; when level 0 has gone round once, the next slot of level 1 is spread
 * over it. A timer fires at the first advance at or after its deadline, never before it.
 *
 * <p>Source: G. Varghese and T. Lauck, "Hashed and Hierarchical Timing Wheels", SOSP 1987, scheme
 * 7.
 *
 * <p>Invariant: bit s of {@code occupied[l]} is set exactly when slot s of level l holds a timer.
 */
public final class Timers {
  static final int NOT_ARMED = -1;

  private static final long TICK_NS = 1_000_000;
  private static final int SLOT_BITS = 6;
  private static final int SLOTS = 1 << SLOT_BITS;
  private static final int SLOT_MASK = SLOTS - 1;
  private static final int LEVELS = 6;

  /** Longest delay the wheel can tell apart, about two years; later deadlines fire then. */
  private static final long MAX_TICKS = (SLOTS - 1L) << (SLOT_BITS * (LEVELS - 1));

  private final Timer[] heads = new Timer[LEVELS * SLOTS];
  private final long[] occupied = new long[LEVELS];
  private final long originNs;

  /** Every timer due at or before this tick has fired. */
  private long nowTick;

  private int armed;

  /** Starts the wheel at {@code nowNs}. */
  public Timers(long nowNs) {
    originNs = nowNs;
  }

  /** Number of armed timers. */
  public int size() {
    return armed;
  }

  /** Arms {@code timer} for {@code deadlineNs}, which may have passed; moves it if it is armed. */
  public void arm(Timer timer, long deadlineNs) {
    cancel(timer);
    long tick = Math.floorDiv(deadlineNs - originNs + TICK_NS - 1, TICK_NS);
    timer.deadlineTick = Math.min(Math.max(tick, nowTick + 1), nowTick + MAX_TICKS);
    place(timer);
    armed++;
  }

  /** Disarms {@code timer}; harmless if it is not armed. */
  public void cancel(Timer timer) {
    if (!timer.isArmed()) {
      return;
    }
    unlink(timer);
    armed--;
  }

  /**
   * Fires every timer that is due at {@code nowNs}; returns how many. A timer that arms itself
   * again is due at the next tick at the earliest, so that an advance comes to an end.
   */
  public int advance(long nowNs) {
    long target = Math.floorDiv(nowNs - originNs, TICK_NS);
    int fired = 0;
    while (nowTick < target) {
      if (armed == 0) {
        nowTick = target;
        break;
      }
      long next = nextTick();
      if (next > target) {
        nowTick = target;
        break;
      }
      nowTick = next;
      cascade();
      try {
        fired += fireSlot((int) (nowTick & SLOT_MASK));
      } catch (RuntimeException e) {
        nowTick--; // The timers of this tick that have not fired yet stay due.
        throw e;
      }
    }
    return fired;
  }

  /**
   * How long a poll may wait, in milliseconds rounded up, so that no timer is late; -1 when nothing
   * is armed. May be early: coarse levels have to be spread out on the way.
   */
  public int waitMs(long nowNs) {
    if (armed == 0) {
      return -1;
    }
    long waitNs = originNs + nextTick() * TICK_NS - nowNs;
    return waitNs <= 0 ? 0 : (int) Math.min((waitNs + TICK_NS - 1) / TICK_NS, Integer.MAX_VALUE);
  }

  /** The first tick after {@code nowTick} at which a slot must be fired or spread out. */
  private long nextTick() {
    long best = Long.MAX_VALUE;
    for (int level = 0; level < LEVELS; level++) {
      if (occupied[level] == 0) {
        continue;
      }
      int shift = level * SLOT_BITS;
      int current = (int) (nowTick >>> shift) & SLOT_MASK;
      // Rotated so that bit 0 is the slot after the current one, which comes up last.
      long ahead = Long.rotateRight(occupied[level], current + 1);
      long steps = Long.numberOfTrailingZeros(ahead) + 1L;
      best = Math.min(best, ((nowTick >>> shift) + steps) << shift);
    }
    return best;
  }

  /** Spreads out the slots of the coarse levels that begin at {@code nowTick}. */
  private void cascade() {
    for (int level = 1; level < LEVELS; level++) {
      int shift = level * SLOT_BITS;
      if ((nowTick & ((1L << shift) - 1)) != 0) {
        return;
      }
      int slot = level * SLOTS + ((int) (nowTick >>> shift) & SLOT_MASK);
      for (Timer timer = heads[slot]; timer != null; timer = heads[slot]) {
        unlink(timer);
        place(timer);
      }
    }
  }

  private int fireSlot(int slot) {
    int fired = 0;
    for (Timer timer = heads[slot]; timer != null; timer = heads[slot]) {
      assert timer.deadlineTick == nowTick : "a slot of level 0 holds one tick";
      unlink(timer);
      armed--;
      fired++;
      timer.onTimer();
    }
    return fired;
  }

  private void place(Timer timer) {
    // At level l a slot is reused after 64 steps: the distance in steps must be below that.
    long tick = timer.deadlineTick;
    int level = 0;
    while (level < LEVELS - 1
        && (tick >>> (level * SLOT_BITS)) - (nowTick >>> (level * SLOT_BITS)) >= SLOTS) {
      level++;
    }
    int inLevel = (int) (tick >>> (level * SLOT_BITS)) & SLOT_MASK;
    int slot = level * SLOTS + inLevel;
    Timer head = heads[slot];
    timer.slot = slot;
    timer.previous = null;
    timer.next = head;
    if (head != null) {
      head.previous = timer;
    }
    heads[slot] = timer;
    occupied[level] |= 1L << inLevel;
  }

  private void unlink(Timer timer) {
    int slot = timer.slot;
    if (timer.previous != null) {
      timer.previous.next = timer.next;
    } else {
      heads[slot] = timer.next;
      if (timer.next == null) {
        occupied[slot >>> SLOT_BITS] &= ~(1L << (slot & SLOT_MASK));
      }
    }
    if (timer.next != null) {
      timer.next.previous = timer.previous;
    }
    timer.previous = null;
    timer.next = null;
    timer.slot = NOT_ARMED;
  }
}
