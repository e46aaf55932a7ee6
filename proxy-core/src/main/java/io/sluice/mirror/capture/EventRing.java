package io.sluice.mirror.capture;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Events from many loops to one writer, in the order in which they were given; bounded, without
 * locks and without garbage.
 *
 * <p>Invariant: slot {@code i} may be written by whoever has claimed position {@code p} (equal to
 * {@code i} modulo the size) when its sequence is {@code p}, and read when it is {@code p + 1}.
 * After Vyukov's bounded queue. Any thread offers; one thread polls and then reads the fields of
 * what it has polled.
 */
final class EventRing {

  /** What has happened to a stream. */
  enum Kind {
    OPENED,
    BYTES_TO_SERVER,
    BYTES_TO_CLIENT,
    FIN_TO_SERVER,
    FIN_TO_CLIENT,
    RESET_TO_SERVER,
    RESET_TO_CLIENT
  }

  private final int mask;
  private final AtomicLongArray sequences;
  private final AtomicLong tail = new AtomicLong();
  private final Handover[] targets;
  private final Kind[] kinds;
  private final long[] amounts;
  private final long[] times;
  private long head;

  private Handover target;
  private Kind kind;
  private long bytes;
  private long timeNs;

  /** Room for at least {@code eventsMin} events. */
  EventRing(int eventsMin) {
    int size = Math.max(2, Integer.highestOneBit(Math.max(1, eventsMin - 1)) << 1);
    mask = size - 1;
    sequences = new AtomicLongArray(size);
    for (int slot = 0; slot < size; slot++) {
      sequences.set(slot, slot);
    }
    targets = new Handover[size];
    kinds = new Kind[size];
    amounts = new long[size];
    times = new long[size];
  }

  /** Adds an event; false when there is no room. Any thread. */
  boolean offer(Handover forWhom, Kind what, long howMany, long whenNs) {
    long position = tail.get();
    while (true) {
      int slot = (int) position & mask;
      long lead = sequences.get(slot) - position;
      if (lead < 0) {
        return false;
      }
      if (lead == 0 && tail.compareAndSet(position, position + 1)) {
        targets[slot] = forWhom;
        kinds[slot] = what;
        amounts[slot] = howMany;
        times[slot] = whenNs;
        sequences.set(slot, position + 1);
        return true;
      }
      position = tail.get();
    }
  }

  /** Takes the oldest event, which the getters then tell of; false when there is none. */
  boolean poll() {
    int slot = (int) head & mask;
    if (sequences.get(slot) != head + 1) {
      return false;
    }
    target = targets[slot];
    targets[slot] = null;
    kind = kinds[slot];
    bytes = amounts[slot];
    timeNs = times[slot];
    sequences.set(slot, head + mask + 1);
    head++;
    return true;
  }

  boolean isEmpty() {
    return sequences.get((int) head & mask) != head + 1;
  }

  Handover target() {
    return target;
  }

  Kind kind() {
    return kind;
  }

  long bytes() {
    return bytes;
  }

  long timeNs() {
    return timeNs;
  }
}
