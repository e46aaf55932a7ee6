package io.sluice.config;

import java.time.Duration;
import java.util.List;

/**
 * A named group of servers.
 *
 * @param servers in the order of the file, at least one
 * @param connectTimeout for one connection attempt; zero means never
 * @param serverTimeout inactivity of the server side; zero means never
 * @param serverFinTimeout inactivity of a half-closed server side; zero means unset
 * @param tunnelTimeout replaces client and server time-outs once both sides are connected; zero
 *     means unset
 * @param tcp options of the connections to servers
 */
public record BackendConfig(
    String name,
    Balance balance,
    List<ServerConfig> servers,
    Duration connectTimeout,
    Duration serverTimeout,
    Duration serverFinTimeout,
    Duration tunnelTimeout,
    TcpOptions tcp) {

  /** How a server is chosen. */
  public enum Balance {
    ROUNDROBIN
  }

  /**
   * One destination.
   *
   * @param address host names are resolved when the proxy starts
   */
  public record ServerConfig(String name, Address address, HealthConfig health) {}

  public BackendConfig {
    servers = List.copyOf(servers);
  }
}
