package io.sluice.backend;

/**
 * Waiters whose waiting has ended, in order, until the lock is free and they can be told. One
 * thread's.
 */
final class Grants {
  private Waiter first;
  private Waiter last;

  /** A waiter in no line any more; {@code server} is null where there is none for it. */
  void add(Waiter waiter, Server server) {
    waiter.granted = server;
    if (last == null) {
      first = waiter;
    } else {
      last.next = waiter;
    }
    last = waiter;
  }

  /** Calls them, but for {@code except}. Without locks. */
  void tell(Waiter except) {
    Waiter waiter = first;
    while (waiter != null) {
      Waiter next = waiter.next;
      Server server = waiter.granted;
      waiter.next = null;
      waiter.granted = null;
      if (waiter != except) { // From here on it may be used again.
        if (server == null) {
          waiter.onNoServer();
        } else {
          waiter.onServer(server);
        }
      }
      waiter = next;
    }
  }
}
