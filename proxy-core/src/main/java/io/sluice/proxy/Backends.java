package io.sluice.proxy;

import io.sluice.backend.Backend;
import io.sluice.backend.Server;
import io.sluice.backend.balance.Balancing;
import io.sluice.config.BackendConfig;
import io.sluice.config.BackendConfig.ServerConfig;
import io.sluice.config.SourceAddress;
import io.sluice.health.ServerTerms;
import io.sluice.linux.SockAddr;
import io.sluice.stats.CounterSet;
import io.sluice.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes backends out of their configuration, or goes on with those that there are.
 *
 * <p>A server goes on if its name and its address are the same as before, with everything that is
 * known of it; where its host name has another address now, with that for new connections. One of
 * the same name with another address in the configuration is another server, which goes on with the
 * counters only.
 */
final class Backends {
  /** Of slots that nothing fills; nobody connects to it. */
  private static final SockAddr NOWHERE = SockAddr.inet(new InetSocketAddress(0).getAddress(), 0);

  private final Transport transport;
  private final int loops;

  Backends(Transport transport, int loops) {
    this.transport = transport;
    this.loops = loops;
  }

  /**
   * What is to become of one backend; nobody sees anything of it yet.
   *
   * @param before null if it is a new one
   * @param servers in the order of {@code config}
   * @param addresses of the servers, in their order
   */
  record Plan(
      BackendConfig config,
      int fullConnections,
      Backend before,
      List<Server> servers,
      List<SockAddr> addresses,
      List<ServerTerms> checks) {}

  /**
   * Prepares a backend. May block in name resolution.
   *
   * @param before null if there was none of this name
   * @throws IOException when a name has no address, or servers cannot be connected to from where
   *     the configuration says
   */
  Plan plan(BackendConfig config, int fullConnections, Backend before) throws IOException {
    Map<String, Server> former = new LinkedHashMap<>();
    if (before != null) {
      before.servers().forEach(server -> former.put(server.name(), server));
    }
    List<Server> servers = new ArrayList<>();
    List<SockAddr> addresses = new ArrayList<>();
    for (ServerConfig server : config.servers()) {
      Server known = former.get(server.name());
      boolean goesOn = known != null && known.config().address().equals(server.address());
      SockAddr unfilled = goesOn ? known.address() : NOWHERE;
      SockAddr address = server.isSlot() ? unfilled : resolved(config, server);
      addresses.add(address);
      servers.add(goesOn ? known : new Server(server, address, counters(known)));
    }
    return new Plan(
        config, fullConnections, before, servers, addresses, Checks.of(config, servers));
  }

  private CounterSet counters(Server before) {
    return before == null ? new CounterSet(loops) : before.counters();
  }

  private SockAddr resolved(BackendConfig config, ServerConfig server) throws IOException {
    SockAddr address =
        Resolver.resolve(server.address(), "server " + config.name() + "/" + server.name());
    SourceAddress source = server.tcp().source();
    if (!source.isAny()) { // Else every session would find it out.
      transport.checkSource(address, source);
    }
    return address;
  }

  /** Carries a plan out. */
  Backend commit(Plan plan) {
    Balancing balancing = Balancing.of(plan.config());
    Backend backend = plan.before();
    if (backend == null) {
      backend =
          new Backend(plan.config(), plan.servers(), balancing, plan.fullConnections(), loops);
    } else {
      backend.update(plan.config(), plan.servers(), balancing, plan.fullConnections());
    }
    for (int i = 0; i < plan.servers().size(); i++) {
      Server server = plan.servers().get(i);
      SockAddr address = plan.addresses().get(i);
      // Where a slot is only its discovery knows, which does not pause for a reload.
      if (!server.config().isSlot() && !server.address().equals(address)) {
        server.moveTo(address, "");
      }
    }
    return backend;
  }
}
