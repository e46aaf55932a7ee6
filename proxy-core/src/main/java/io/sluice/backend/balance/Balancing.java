package io.sluice.backend.balance;

import io.sluice.linux.SockAddr;
import java.util.List;

/** The algorithm of a backend; keeps what outlives a change of its servers. Thread-safe. */
public interface Balancing {

  /** A balancer over servers that are usable now, perhaps none. */
  Balancer over(List<? extends Candidate> candidates);

  /** Whether a client belongs to one server, so that it waits for that one when it is full. */
  default boolean isBinding() {
    return false;
  }

  /** What the choice depends on, made from the client or from the name that it asks for. */
  default long key(SockAddr client, String serverName) {
    return 0;
  }
}
