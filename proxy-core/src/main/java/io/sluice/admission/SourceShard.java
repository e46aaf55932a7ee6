package io.sluice.admission;

/**
 * A part of the {@link SourceTable}: entries in arrays, found through an index with open addressing
 * and linear probing.
 *
 * <p>Entries stay where they are for as long as they are used, so that a connection keeps its
 * entry's number; only the index is rearranged. Entries without connections are in a list, the one
 * touched last at its end; those that nobody uses are in another one, through the same links.
 *
 * <p>Invariant: an entry with connections is in no list and never given to another source. Guarded
 * by its own lock.
 */
final class SourceShard {
  private static final int NONE = -1;

  /** Idle entries that each call may clear away when their time is over. */
  private static final int CLEARED_MAX = 2;

  private final SipHash hash;

  /** Entry + 1 at its place; 0 where there is none. */
  private final int[] index;

  private final long[] high;
  private final long[] low;

  /** Until when the connections so far have used up the source's share. */
  private final long[] usedUpToNs;

  private final int[] connections;
  private final int[] previous;
  private final int[] next;

  private long intervalNs;
  private long aheadNs;
  private int maxConnections;
  private int unused;
  private int oldestIdle = NONE;
  private int newestIdle = NONE;
  private int size;

  /** A part without limits. */
  SourceShard(int capacity, SipHash hash) {
    this.hash = hash;
    int half = Integer.highestOneBit(capacity + (capacity >> 1));
    index = new int[half << 1]; // More than 3/2 and at most 3 places for each entry.
    high = new long[capacity];
    low = new long[capacity];
    usedUpToNs = new long[capacity];
    connections = new int[capacity];
    previous = new int[capacity];
    next = new int[capacity];
    for (int entry = 0; entry < capacity; entry++) {
      next[entry] = entry + 1 < capacity ? entry + 1 : NONE;
    }
    unused = capacity > 0 ? 0 : NONE;
  }

  /**
   * Sets the limits; what is known of the sources stays.
   *
   * @param interval that one connection uses up, in ns; 0 for no limit
   * @param ahead how far a source may be ahead of the clock before another connection, in ns
   */
  synchronized void limit(long interval, long ahead, int connectionsMax) {
    intervalNs = interval;
    aheadNs = ahead;
    maxConnections = connectionsMax;
  }

  synchronized int size() {
    return size;
  }

  long bytes() {
    return 4L * index.length + 36L * high.length;
  }

  synchronized long enter(int hashed, long sourceHigh, long sourceLow, long nowNs) {
    clearAway(nowNs);
    int entry = find(hashed, sourceHigh, sourceLow);
    if (entry == NONE) {
      entry = take();
      if (entry == NONE) {
        return SourceTable.FULL;
      }
      put(entry, hashed, sourceHigh, sourceLow, nowNs);
    }
    if (maxConnections > 0 && connections[entry] >= maxConnections) {
      return SourceTable.TOO_MANY;
    }
    // The loops' clocks were read at different moments: behind is behind.
    long aheadOfNowNs = Math.max(0, usedUpToNs[entry] - nowNs);
    boolean tooFast = aheadOfNowNs > aheadNs;
    if (!tooFast) {
      usedUpToNs[entry] = nowNs + aheadOfNowNs + intervalNs;
    }
    if (connections[entry] == 0) { // Touched, so that who tries again and again is not forgotten.
      unlinkIdle(entry);
      linkIdle(entry);
    }
    if (tooFast) {
      return SourceTable.TOO_FAST;
    }
    if (maxConnections == 0) {
      return SourceTable.UNCOUNTED;
    }
    enterConnection(entry);
    return entry;
  }

  private void enterConnection(int entry) {
    if (connections[entry] == 0) {
      unlinkIdle(entry);
    }
    connections[entry]++;
  }

  synchronized void leave(int entry) {
    assert connections[entry] > 0 : "left more often than entered";
    connections[entry]--;
    if (connections[entry] == 0) {
      linkIdle(entry);
    }
  }

  private void clearAway(long nowNs) {
    for (int n = 0; n < CLEARED_MAX; n++) {
      if (oldestIdle == NONE || usedUpToNs[oldestIdle] - nowNs > 0) {
        return;
      }
      forget(oldestIdle);
    }
  }

  private int find(int hashed, long sourceHigh, long sourceLow) {
    int mask = index.length - 1;
    for (int at = hashed & mask; index[at] != 0; at = (at + 1) & mask) {
      int entry = index[at] - 1;
      if (low[entry] == sourceLow && high[entry] == sourceHigh) {
        return entry;
      }
    }
    return NONE;
  }

  /** An entry that nobody uses, if need be that of the source that has been idle for longest. */
  private int take() {
    if (unused == NONE) {
      if (oldestIdle == NONE) {
        return NONE;
      }
      forget(oldestIdle);
    }
    int entry = unused;
    unused = next[entry];
    return entry;
  }

  private void put(int entry, int hashed, long sourceHigh, long sourceLow, long nowNs) {
    high[entry] = sourceHigh;
    low[entry] = sourceLow;
    usedUpToNs[entry] = nowNs;
    int mask = index.length - 1;
    int at = hashed & mask;
    while (index[at] != 0) {
      at = (at + 1) & mask;
    }
    index[at] = entry + 1;
    size++;
    linkIdle(entry);
  }

  private void forget(int entry) {
    assert connections[entry] == 0 : "a source with connections is not forgotten";
    unlinkIdle(entry);
    removeFromIndex(entry);
    next[entry] = unused;
    unused = entry;
    size--;
  }

  /** Closes the gap: who was put further on because of it moves back, so that it is still found. */
  private void removeFromIndex(int entry) {
    int mask = index.length - 1;
    int gap = home(entry);
    while (index[gap] != entry + 1) {
      gap = (gap + 1) & mask;
    }
    for (int at = (gap + 1) & mask; index[at] != 0; at = (at + 1) & mask) {
      int home = home(index[at] - 1);
      // Whoever has its home behind the gap is where it should be.
      if (((at - home) & mask) >= ((at - gap) & mask)) {
        index[gap] = index[at];
        gap = at;
      }
    }
    index[gap] = 0;
  }

  private int home(int entry) {
    return (int) hash.of(high[entry], low[entry]) & (index.length - 1);
  }

  private void linkIdle(int entry) {
    previous[entry] = newestIdle;
    next[entry] = NONE;
    if (newestIdle == NONE) {
      oldestIdle = entry;
    } else {
      next[newestIdle] = entry;
    }
    newestIdle = entry;
  }

  private void unlinkIdle(int entry) {
    int before = previous[entry];
    int after = next[entry];
    if (before == NONE) {
      oldestIdle = after;
    } else {
      next[before] = after;
    }
    if (after == NONE) {
      newestIdle = before;
    } else {
      previous[after] = before;
    }
  }
}
