package io.sluice.backend;

import io.sluice.backend.balance.Balancer;
import io.sluice.config.BackendConfig;
import io.sluice.stats.CounterSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A named group of servers and the way to choose among them. Thread-safe. */
public final class Backend {
  private final BackendConfig config;
  private final List<Server> servers;
  private final Balancer balancer;
  private final CounterSet counters;
  private final AtomicInteger sessions = new AtomicInteger();

  /** {@code servers} are those of {@code config}, resolved, in its order. */
  public Backend(BackendConfig config, List<Server> servers, Balancer balancer, int loops) {
    this.config = config;
    this.servers = List.copyOf(servers);
    this.balancer = balancer;
    counters = new CounterSet(loops);
  }

  /** Its name in the configuration. */
  public String name() {
    return config.name();
  }

  /** The terms that new sessions run on. */
  public BackendConfig config() {
    return config;
  }

  /** In the order of the configuration. */
  public List<Server> servers() {
    return servers;
  }

  /** What was counted for all of its servers together. */
  public CounterSet counters() {
    return counters;
  }

  /** Sessions that belong to it now. */
  public AtomicInteger sessions() {
    return sessions;
  }

  /** The server that a new session tries first, as a place in {@link #servers}. */
  public int choose() {
    return balancer.next(servers.size());
  }

  /** The server to try after the one at {@code place} failed. */
  public int nextAfter(int place) {
    return (place + 1) % servers.size();
  }
}
