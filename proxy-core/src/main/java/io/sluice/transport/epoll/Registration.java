package io.sluice.transport.epoll;

/**
 * Something that epoll reports to. Identified by slot and generation, not by descriptor: an event
 * of the same batch for a descriptor that was closed and opened again finds another generation and
 * is dropped.
 */
abstract class Registration {
  static final int NO_SLOT = -1;

  /** Place in the poller's table, or {@link #NO_SLOT}; managed by {@link Slots}. */
  int slot = NO_SLOT;

  /** Records the reported events; moves no bytes. */
  abstract void onEvents(int events);
}
