package io.sluice.proxy;

import io.sluice.backend.Backend;
import io.sluice.backend.Server;
import io.sluice.backend.balance.RoundRobin;
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
      servers.add(
          new Server(server.name(), Resolver.resolve(server.address(), subject), loops));
    }
    Backend backend = new Backend(config, servers, new RoundRobin(), loops);
    for (int i = 0; i < servers.size(); i++) {
      servers.get(i).setMaxConnections(config.servers().get(i).maxConnections());
      servers.get(i).setWeight(config.servers().get(i).weight());
    }
    return backend;
  }
}
