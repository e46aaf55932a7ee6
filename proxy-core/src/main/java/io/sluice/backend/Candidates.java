package io.sluice.backend;

import io.sluice.backend.balance.Balancer;
import io.sluice.backend.balance.Balancing;
import io.sluice.config.BalanceConfig;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/** The servers that new sessions may go to at one moment, and the balance among them. Immutable. */
final class Candidates {
  private static final int HUNDRED = 100;

  private final List<Server> servers;

  /** Null exactly when there are no servers. */
  private final Balancer balancer;

  /** By {@link Server#index}: the place in {@link #servers}, or {@link Balancer#NONE}. */
  private final int[] places;

  private Candidates(List<Server> servers, int all, Balancing balancing) {
    this.servers = servers;
    balancer = servers.isEmpty() ? null : balancing.over(servers);
    places = new int[all];
    Arrays.fill(places, Balancer.NONE);
    for (int i = 0; i < servers.size(); i++) {
      places[servers.get(i).index()] = i;
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
      return new Candidates(wanted, all.size(), balancing);
    }
    List<Server> standIns =
        config.useAllBackups() ? backup : backup.subList(0, Math.min(1, backup.size()));
    return new Candidates(active.isEmpty() ? standIns : active, all.size(), balancing);
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
    return places[server.index()] != Balancer.NONE;
  }

  /** The choice, or null: see {@link Backend#choose}. */
  Server choose(long key, Server avoid) {
    if (balancer == null) {
      return null;
    }
    int place = balancer.choose(key, avoid == null ? Balancer.NONE : places[avoid.index()]);
    return place == Balancer.NONE ? null : servers.get(place);
  }
}
