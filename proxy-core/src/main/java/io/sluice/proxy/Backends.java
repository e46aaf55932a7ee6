package io.sluice.proxy;

import io.sluice.backend.Backend;
import io.sluice.backend.Server;
import io.sluice.backend.ServerState;
import io.sluice.backend.balance.Balancing;
import io.sluice.config.BackendConfig;
import io.sluice.linux.SockAddr;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

/** Makes backends out of their configuration. */
final class Backends {
  /** Of slots that nothing fills; nobody connects to it. */
  private static final SockAddr NOWHERE = SockAddr.inet(new InetSocketAddress(0).getAddress(), 0);

  private Backends() {}

  /**
   * A backend whose servers' names are resolved, for sessions of {@code loops} loops.
   *
   * @param fullConnections sessions at which it counts as full
   * @throws IOException when a name has no address
   */
  static Backend of(BackendConfig config, int fullConnections, int loops) throws IOException {
    List<Server> servers = new ArrayList<>();
    for (BackendConfig.ServerConfig server : config.servers()) {
      String subject = "server " + config.name() + "/" + server.name();
      SockAddr address = server.isSlot() ? NOWHERE : Resolver.resolve(server.address(), subject);
      servers.add(new Server(server, address, loops));
    }
    return new Backend(config, servers, Balancing.of(config), fullConnections, loops);
  }

  /** How many servers of all of these are in such a state. */
  static int count(Collection<Backend> backends, Predicate<ServerState> which) {
    return (int)
        backends.stream()
            .flatMap(backend -> backend.servers().stream())
            .filter(server -> which.test(server.state()))
            .count();
  }
}
