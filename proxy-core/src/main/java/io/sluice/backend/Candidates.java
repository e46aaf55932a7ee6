package io.sluice.backend;

import io.sluice.backend.balance.Balancer;
import io.sluice.backend.balance.Balancing;
import io.sluice.config.BalanceConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The servers that new sessions may go to at one moment, and the balance among them. Immutable. */
final class Candidates {
  private static final int HUNDRED = 100;

  private final List<Server> servers;

  /** Null exactly when there are no servers. */
  private final Balancer balancer;

  /** The place of each in {@link #servers}. */
  private final Map<Server, Integer> places = new HashMap<>();

  private Candidates(List<Server> servers, Balancing balancing) {
    this.servers = servers;
    balancer = servers.isEmpty() ? null : balancing.over(servers);
    for (int i = 0; i < servers.size(); i++) {
      places.put(servers.get(i), i);
    }
  }

  /**
   * Those of {@code all} that are usable, but backup servers only where no other is. Panic uses the
   * servers that are down too, where less than the configured share of the weight is up; it comes
   * after backup servers where nothing is up at all.
   */
  static Candidates of(List<Server> all, BalanceConfig config, Balancing balancing) {
    List<Server> weighty = all.stream().filter(server -> server.weight() > 0).toList();
    List<Server> active = of(weighty, server -> !server.isBackup() && server.isUsable());
    List<Server> backup = of(weighty, server -> server.isBackup() && server.isUsable());
    List<Server> wanted =
        of(weighty, server -> !server.isBackup() && server.state().isUsableInPanic());
    boolean few = weight(active) * HUNDRED < weight(wanted) * config.panicPercent();
    if (few && (!active.isEmpty() || backup.isEmpty())) {
      return new Candidates(wanted, balancing);
    }
    List<Server> standIns =
        config.useAllBackups() ? backup : backup.subList(0, Math.min(1, backup.size()));
    return new Candidates(active.isEmpty() ? standIns : active, balancing);
  }

  private static List<Server> of(List<Server> servers, Predicate<Server> which) {
    return servers.stream().filter(which).toList();
  }

  private static long weight(List<Server> servers) {
    return servers.stream().mapToLong(Server::weight).sum();
  }

  boolean isEmpty() {
    return servers.isEmpty();
  }

  List<Server> servers() {
    return servers;
  }

  boolean holds(Server server) {
    return places.containsKey(server);
  }

  /** The choice, or null: see {@link Backend#choose}. */
  Server choose(long key, Server avoid) {
    if (balancer == null) {
      return null;
    }
    Integer avoided = avoid == null ? null : places.get(avoid);
    int place = balancer.choose(key, avoided == null ? Balancer.NONE : avoided);
    return place == Balancer.NONE ? null : servers.get(place);
  }
}
