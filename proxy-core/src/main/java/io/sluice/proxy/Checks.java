package io.sluice.proxy;

import io.sluice.backend.Server;
import io.sluice.config.Address;
import io.sluice.config.BackendConfig;
import io.sluice.config.BackendConfig.ServerConfig;
import io.sluice.config.CheckTarget;
import io.sluice.health.ServerTerms;
import io.sluice.linux.SockAddr;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes the terms of health checks out of a configuration. May block in name resolution. */
final class Checks {
  private Checks() {}

  /**
   * The terms of the servers of a backend.
   *
   * @param servers in the order of {@code backend}
   * @throws IOException when the address of a check or an agent cannot be resolved
   */
  static List<ServerTerms> of(BackendConfig backend, List<Server> servers) throws IOException {
    List<ServerTerms> all = new ArrayList<>();
    for (int i = 0; i < servers.size(); i++) {
      all.add(terms(backend, backend.servers().get(i), servers.get(i)));
    }
    return all;
  }

  private static ServerTerms terms(BackendConfig backend, ServerConfig config, Server server)
      throws IOException {
    String subject = "server " + backend.name() + "/" + config.name();
    return new ServerTerms(
        server,
        config.health(),
        host(config.health().check().target(), "check of " + subject),
        host(config.health().agent().target(), "agent of " + subject),
        backend.connectTimeout(),
        config.tcp(),
        backend.session().sendProxyProtocol());
  }

  private static Optional<SockAddr> host(CheckTarget target, String subject) throws IOException {
    Optional<Address> address = target.address();
    return address.isEmpty()
        ? Optional.empty()
        : Optional.of(Resolver.resolve(address.get(), subject));
  }
}
