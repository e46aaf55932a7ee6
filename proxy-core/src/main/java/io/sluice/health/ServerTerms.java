package io.sluice.health;

import io.sluice.backend.Server;
import io.sluice.config.HealthConfig;
import io.sluice.config.ProxyVersion;
import io.sluice.config.TcpOptions;
import io.sluice.linux.SockAddr;
import java.time.Duration;
import java.util.Optional;

/**
 * One server whose health is to be found out, and how.
 *
 * @param checkHost where the check goes if not to the server's address; its port means nothing
 *     unless it is a UNIX socket
 * @param agentHost the same for the agent
 * @param connectTimeout of the backend's sessions; zero for none
 * @param tcp options of the connections of checks
 * @param sessionHeader what sessions with this server begin with
 */
public record ServerTerms(
    Server server,
    HealthConfig config,
    Optional<SockAddr> checkHost,
    Optional<SockAddr> agentHost,
    Duration connectTimeout,
    TcpOptions tcp,
    ProxyVersion sessionHeader) {

  /** Whether there is anything to do for it. */
  public boolean isActive() {
    return config.check().isOn() || config.agent().isOn();
  }
}
