package io.sluice.backend;

import io.sluice.linux.SockAddr;
import io.sluice.stats.CounterSet;
import java.util.concurrent.atomic.AtomicInteger;

/** One destination of a backend. Thread-safe. */
public final class Server {
  private final String name;
  private final SockAddr address;
  private final CounterSet counters;
  private final AtomicInteger sessions = new AtomicInteger();

  /** A server for {@code loops} loops. */
  public Server(String name, SockAddr address, int loops) {
    this.name = name;
    this.address = address;
    counters = new CounterSet(loops);
  }

  /** Its name in the configuration. */
  public String name() {
    return name;
  }

  /** Where it listens. */
  public SockAddr address() {
    return address;
  }

  /** What was counted for it. */
  public CounterSet counters() {
    return counters;
  }

  /** Sessions that use it or connect to it now; the session adds itself and takes itself away. */
  public AtomicInteger sessions() {
    return sessions;
  }

  @Override
  public String toString() {
    return name + " (" + address + ")";
  }
}
