package io.sluice.stats;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.EnumMap;
import java.util.Map;

/**
 * The counters of one scope. Each loop adds to an array of its own; a reader sums them and may be
 * behind by what is being added, never wrong.
 */
public final class CounterSet {
  private static final VarHandle VALUE = MethodHandles.arrayElementVarHandle(long[].class);
  private static final Counter[] ALL = Counter.values();

  private final long[][] byLoop;

  /** All zero, for {@code loops} loops. */
  public CounterSet(int loops) {
    byLoop = new long[loops][ALL.length];
  }

  /** Adds to {@code counter}; on loop {@code loop}'s thread only. */
  public void add(int loop, Counter counter, long amount) {
    long[] values = byLoop[loop];
    VALUE.setOpaque(values, counter.ordinal(), values[counter.ordinal()] + amount);
  }

  /** The sum over all loops. Any thread. */
  public long sum(Counter counter) {
    long sum = 0;
    for (long[] values : byLoop) {
      sum += (long) VALUE.getOpaque(values, counter.ordinal());
    }
    return sum;
  }

  /** What was counted on one loop. Any thread. */
  public Map<Counter, Long> ofLoop(int loop) {
    Map<Counter, Long> values = new EnumMap<>(Counter.class);
    for (Counter counter : ALL) {
      values.put(counter, (long) VALUE.getOpaque(byLoop[loop], counter.ordinal()));
    }
    return values;
  }

  /** All sums. Any thread. */
  public Map<Counter, Long> toMap() {
    Map<Counter, Long> sums = new EnumMap<>(Counter.class);
    for (Counter counter : ALL) {
      sums.put(counter, sum(counter));
    }
    return sums;
  }
}
