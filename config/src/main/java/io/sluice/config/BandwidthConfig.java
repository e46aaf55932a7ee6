package io.sluice.config;

/**
 * How fast the bytes of a frontend's sessions may move, in bytes a second; 0 means without a limit.
 *
 * @param sessionToServer of one session, to its server
 * @param sessionToClient of one session, to its client
 * @param toServer of all sessions of the frontend together, to their servers
 * @param toClient of all sessions of the frontend together, to their clients
 */
public record BandwidthConfig(
    long sessionToServer, long sessionToClient, long toServer, long toClient) {

  /** As fast as they can. */
  public static final BandwidthConfig UNLIMITED = new BandwidthConfig(0, 0, 0, 0);

  private static final long LEAST = 1 << 10;
  private static final long MOST = 1L << 40;
  private static final ConfigSection.Word<Long> NONE = new ConfigSection.Word<>("none", 0L);

  static BandwidthConfig read(ConfigSection section) {
    return new BandwidthConfig(
        section.size("per-session-to-server", LEAST, MOST, NONE),
        section.size("per-session-to-client", LEAST, MOST, NONE),
        section.size("to-server", LEAST, MOST, NONE),
        section.size("to-client", LEAST, MOST, NONE));
  }
}
