package io.sluice.proxy;

import io.sluice.backend.Backend;
import io.sluice.backend.Server;
import io.sluice.backend.balance.Balancing;
import io.sluice.config.BackendConfig;
import io.sluice.config.SluiceConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes the backends of a configuration. */
final class Backends {
  private Backends() {}

  /**
   * All of them, by name, in the order of the file.
   *
   * @throws IOException when the address of a server cannot be resolved
   */
  static Map<String, Backend> of(SluiceConfig config, int loops) throws IOException {
    Map<String, Backend> backends = new LinkedHashMap<>();
    for (BackendConfig backend : config.backends().values()) {
      List<Server> servers = new ArrayList<>();
      for (BackendConfig.ServerConfig server : backend.servers()) {
        String subject = "server " + backend.name() + "/" + server.name();
        servers.add(new Server(server, Resolver.resolve(server.address(), subject), loops));
      }
      int full = config.fullConnections(backend);
      Balancing balancing = Balancing.of(backend);
      backends.put(backend.name(), new Backend(backend, servers, balancing, full, loops));
    }
    return backends;
  }
}
