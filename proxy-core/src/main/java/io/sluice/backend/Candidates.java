package io.sluice.backend;

import io.sluice.backend.balance.Balancer;
import io.sluice.backend.balance.Balancing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The servers that new sessions may go to at one moment, and the balance among them. Immutable. */
final class Candidates {
  private final List<Server> servers;
  private final Balancer balancer;

  /** By {@link Server#index}: the place in {@link #servers}, or {@link Balancer#NONE}. */
  private final int[] places;

  private Candidates(List<Server> usable, int all, Balancing balancing) {
    servers = List.copyOf(usable);
    balancer = balancing.over(servers);
    places = new int[all];
    Arrays.fill(places, Balancer.NONE);
    for (int i = 0; i < servers.size(); i++) {
      places[servers.get(i).index()] = i;
    }
  }

  static Candidates of(List<Server> all, Balancing balancing) {
    List<Server> usable = new ArrayList<>();
    for (Server server : all) {
      if (server.weightHundredths() > 0 && server.isUsable()) {
        usable.add(server);
      }
    }
    return new Candidates(usable, all.size(), balancing);
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
    if (servers.isEmpty()) {
      return null;
    }
    int place = balancer.choose(key, avoid == null ? Balancer.NONE : places[avoid.index()]);
    return place == Balancer.NONE ? null : servers.get(place);
  }

  /** The server that {@code key} is bound to, full or not; null if none is usable. */
  Server boundTo(long key, Server avoid) {
    return choose(key, avoid);
  }

  Balancer balancer() {
    return balancer;
  }
}
