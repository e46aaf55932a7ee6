package io.sluice.backend;

/**
 * Waiters in the order of their coming. Guarded by the backend's lock; {@link #size} may be read
 * without it.
 */
final class Line {
  private Waiter first;
  private Waiter last;
  private volatile int size;

  /** Waiters that have got what they waited for, ever. */
  private long served;

  int size() {
    return size;
  }

  void add(Waiter waiter) {
    waiter.line = this;
    waiter.servedBefore = served;
    waiter.previous = last;
    if (last == null) {
      first = waiter;
    } else {
      last.next = waiter;
    }
    last = waiter;
    setSize(size + 1);
  }

  Waiter first() {
    return first;
  }

  /** The first has got what it waited for and is about to be removed. */
  void onServed() {
    served++;
  }

  void remove(Waiter waiter) {
    if (waiter.previous == null) {
      first = waiter.next;
    } else {
      waiter.previous.next = waiter.next;
    }
    if (waiter.next == null) {
      last = waiter.previous;
    } else {
      waiter.next.previous = waiter.previous;
    }
    waiter.previous = null;
    waiter.next = null;
    waiter.line = null;
    waiter.turn = (int) (served - waiter.servedBefore) + 1;
    setSize(size - 1);
  }

  /** Only who holds the backend's lock writes. */
  @SuppressWarnings("NonAtomicVolatileUpdate")
  private void setSize(int now) {
    size = now;
  }
}
