package io.sluice.config;

import java.time.Duration;

/**
 * Which clients a frontend lets in, and what becomes of the others.
 *
 * @param allow if anybody is on it, only these
 * @param deny never these, not even if they are on {@code allow}
 * @param denyAction what becomes of those that the lists keep out
 * @param maxTarpitted connections held in the tarpit at a time; more are reset
 * @param tarpit how long a connection is held there
 * @param connectionRate new connections in a second; the excess waits in the kernel's backlog; 0
 *     means without a limit
 */
public record AdmissionConfig(
    AddressList allow,
    AddressList deny,
    Action denyAction,
    SourceLimits sources,
    int maxTarpitted,
    Duration tarpit,
    int connectionRate) {

  /** Everybody. */
  public static final AdmissionConfig OPEN =
      new AdmissionConfig(
          AddressList.EMPTY,
          AddressList.EMPTY,
          Action.REJECT,
          new SourceLimits(Rate.UNLIMITED, 0, 1, 64, Action.REJECT),
          1,
          Duration.ZERO,
          0);

  /** What becomes of a connection that is refused. */
  public enum Action {
    /** A reset. */
    REJECT,
    /** A FIN. */
    CLOSE,
    /** Nothing that the client is told of. */
    SILENT_DROP,
    /** A FIN, after the client has waited in vain. */
    TARPIT
  }

  /**
   * Limits for each source address.
   *
   * @param rate new connections
   * @param connections at a time; 0 means without a limit
   * @param tracked sources remembered at a time
   * @param ipv6Prefix leading bits of an IPv6 address that make one source
   * @param action what becomes of connections beyond the limits
   */
  public record SourceLimits(
      Rate rate, int connections, int tracked, int ipv6Prefix, Action action) {

    /** Whether there is anything to be limited. */
    public boolean isLimited() {
      return rate.isLimited() || connections > 0;
    }
  }

  /** Whether every connection is let in, as soon as the connection rate allows. */
  public boolean isOpen() {
    return allow.isEmpty() && deny.isEmpty() && !sources.isLimited();
  }
}
