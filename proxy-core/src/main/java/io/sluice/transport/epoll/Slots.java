package io.sluice.transport.epoll;

import java.util.Arrays;

/**
 * The poller's table of registrations. A slot's generation changes each time it is freed, and a key
 * is slot and generation, so the key of a freed registration never finds its successor.
 */
final class Slots {
  private Registration[] registrations = new Registration[64];
  private int[] generations = new int[64];
  private int[] free = new int[64];
  private int freeCount;
  private int used;
  private int count;

  /** Takes a slot for {@code registration} and returns its key, the data of its epoll_event. */
  long add(Registration registration) {
    assert registration.slot == Registration.NO_SLOT : "registered twice";
    if (freeCount > 0) {
      registration.slot = free[--freeCount];
    } else {
      if (used == registrations.length) {
        grow();
      }
      registration.slot = used++;
    }
    registrations[registration.slot] = registration;
    count++;
    return (long) generations[registration.slot] << 32 | registration.slot;
  }

  /** The registration behind {@code key}, or null if it is gone. */
  Registration find(long key) {
    int slot = (int) key;
    return generations[slot] == (int) (key >>> 32) ? registrations[slot] : null;
  }

  /** Frees the slot of {@code registration}; its key finds nothing from now on. */
  void remove(Registration registration) {
    int slot = registration.slot;
    assert registrations[slot] == registration : "not registered here";
    registrations[slot] = null;
    generations[slot]++;
    registration.slot = Registration.NO_SLOT;
    free[freeCount++] = slot;
    count--;
  }

  /** Registrations now. */
  int count() {
    return count;
  }

  /** All registrations now, for closing. */
  Registration[] snapshot() {
    Registration[] all = new Registration[count];
    int n = 0;
    for (int slot = 0; slot < used; slot++) {
      if (registrations[slot] != null) {
        all[n++] = registrations[slot];
      }
    }
    return all;
  }

  private void grow() {
    int size = registrations.length * 2;
    registrations = Arrays.copyOf(registrations, size);
    generations = Arrays.copyOf(generations, size);
    free = Arrays.copyOf(free, size);
  }
}
