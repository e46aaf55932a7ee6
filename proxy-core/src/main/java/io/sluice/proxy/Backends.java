package io.sluice.proxy;

import io.sluice.backend.Backend;
import io.sluice.backend.Server;
import io.sluice.backend.balance.Balancing;
import io.sluice.config.BackendConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Makes backends out of their configuration. */
final class Backends {
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
      servers.add(new Server(server, Resolver.resolve(server.address(), subject), loops));
    }
    return new Backend(config, servers, Balancing.of(config), fullConnections, loops);
  }
}
