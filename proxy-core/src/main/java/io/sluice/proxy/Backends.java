package io.sluice.proxy;

import io.sluice.backend.Backend;
import io.sluice.backend.Server;
import io.sluice.backend.balance.Balancing;
import io.sluice.backend.balance.RoundRobin;
import io.sluice.config.BackendConfig;
import io.sluice.linux.SockAddr;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Makes backends out of their configuration. */
final class Backends {
  private Backends() {}

  /**
   * A backend whose servers' names are resolved, for sessions of {@code loops} loops.
   *
   * @throws IOException when a name has no address
   */
  static Backend of(BackendConfig config, int loops) throws IOException {
    List<Server> servers = new ArrayList<>();
    for (BackendConfig.ServerConfig server : config.servers()) {
      String subject = "server " + config.name() + "/" + server.name();
      SockAddr address = Resolver.resolve(server.address(), subject);
      servers.add(new Server(server.name(), address, loops));
    }
    Balancing balancing =
        switch (config.balance()) {
          case ROUNDROBIN -> new RoundRobin();
        };
    return new Backend(config, servers, balancing, loops);
  }
}
