package io.sluice.proxy;

import io.sluice.backend.Backend;
import io.sluice.backend.Server;
import io.sluice.config.Address;
import io.sluice.config.BackendConfig;
import io.sluice.config.BackendConfig.ServerConfig;
import io.sluice.config.CheckTarget;
import io.sluice.config.SluiceConfig;
import io.sluice.health.HealthChecks;
import io.sluice.health.ServerTerms;
import io.sluice.linux.SockAddr;
import io.sluice.loop.EventLoop;
import io.sluice.session.SessionLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes the health checks of a configuration. Start-up only: may block in name resolution. */
final class Checks {
  private Checks() {}

  /**
   * The checks of all servers, not begun.
   *
   * @throws IOException when the address of a check or an agent cannot be resolved
   */
  static HealthChecks of(
      SluiceConfig config, Map<String, Backend> backends, List<SessionLoop> sessionLoops)
      throws IOException {
    List<ServerTerms> all = new ArrayList<>();
    for (BackendConfig backend : config.backends().values()) {
      List<Server> servers = backends.get(backend.name()).servers();
      for (int i = 0; i < servers.size(); i++) {
        all.add(terms(backend, backend.servers().get(i), servers.get(i)));
      }
    }
    List<EventLoop> loops = sessionLoops.stream().map(SessionLoop::loop).toList();
    return new HealthChecks(all, loops, System.nanoTime());
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
