package io.sluice.config;

import java.time.Duration;
import java.util.List;

/**
 * A named group of servers.
 *
 * @param servers in the order of the file, then the slots of {@code discover}; at least one
 * @param discover which servers DNS tells
 * @param fullConnections sessions at which its servers have their {@code max-connections} rather
 *     than less; 0 means auto, see {@link SluiceConfig#fullConnections}
 * @param session what it lays down for its sessions
 * @param connectTimeout for one connection attempt; zero means never
 * @param serverTimeout inactivity of the server side; zero means never
 * @param serverFinTimeout inactivity of a half-closed server side; zero means unset
 * @param tunnelTimeout replaces client and server time-outs once both sides are connected; zero
 *     means unset
 * @param queueTimeout for a slot of a server; zero means never
 */
public record BackendConfig(
    String name,
    BalanceConfig balance,
    List<ServerConfig> servers,
    DiscoverConfig discover,
    int fullConnections,
    RetryConfig retry,
    SessionConfig session,
    Duration connectTimeout,
    Duration serverTimeout,
    Duration serverFinTimeout,
    Duration tunnelTimeout,
    Duration queueTimeout) {

  /** What happens to the sessions of a server that goes down. */
  public enum OnMarkedDown {
    KEEP,
    CLOSE_SESSIONS
  }

  /** What happens to the sessions of backup servers when another server comes up. */
  public enum OnMarkedUp {
    KEEP,
    CLOSE_BACKUP_SESSIONS
  }

  /**
   * One destination.
   *
   * @param address host names are resolved when the proxy starts; {@link Address.Discovered} for a
   *     slot
   * @param weight its share of new sessions, 0 to 256
   * @param backup whether it is used only while all others are down
   * @param maxConnections sessions at a time; 0 means any number
   * @param minConnections the same while the backend is idle, growing from here to {@code
   *     maxConnections} with its sessions; 0 means always {@code maxConnections}
   * @param maxQueue how many may wait for this server and no other; the largest int means any
   *     number
   * @param slowStart how long it takes to its full share after it has been down; zero means none
   * @param tcp options of the connections to it, and where they come from
   * @param health how it is found out whether it works
   */
  public record ServerConfig(
      String name,
      Address address,
      int weight,
      boolean backup,
      int maxConnections,
      int minConnections,
      int maxQueue,
      Duration slowStart,
      OnMarkedDown onMarkedDown,
      OnMarkedUp onMarkedUp,
      TcpOptions tcp,
      HealthConfig health) {

    /** The same under another name. */
    ServerConfig named(String other) {
      return new ServerConfig(
          other,
          address,
          weight,
          backup,
          maxConnections,
          minConnections,
          maxQueue,
          slowStart,
          onMarkedDown,
          onMarkedUp,
          tcp,
          health);
    }

    /** Whether DNS tells its address, or that it has none. */
    public boolean isSlot() {
      return address instanceof Address.Discovered;
    }
  }

  public BackendConfig {
    servers = List.copyOf(servers);
  }
}
