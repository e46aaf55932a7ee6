package io.sluice.backend.balance;

import io.sluice.config.BackendConfig;
import io.sluice.config.BalanceConfig;
import io.sluice.linux.SockAddr;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** The algorithm of a backend; keeps what outlives a change of its servers. Thread-safe. */
public interface Balancing {

  /** A balancer over servers that are usable now, at least one. */
  Balancer over(List<? extends Candidate> candidates);

  /** Whether a client belongs to one server, so that it waits for that one when it is full. */
  default boolean isBinding() {
    return false;
  }

  /** What the choice depends on, made from the client and the name that it asks for, if any. */
  default long key(SockAddr client, String serverName) {
    return 0;
  }

  /** The algorithm that a backend is configured with. */
  static Balancing of(BackendConfig backend) {
    BalanceConfig config = backend.balance();
    return switch (config.algorithm()) {
      case ROUNDROBIN -> new RoundRobin();
      case LEASTCONN -> new LeastConnections();
      case RANDOM -> new RandomOfTwo(() -> ThreadLocalRandom.current().nextLong());
      case FIRST -> new FirstFree();
      case SOURCE, HASH -> new ByHash(backend);
    };
  }
}
