package io.sluice.config;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * What a backend lays down for its sessions.
 *
 * @param sendProxyProtocol the header that its servers get before the client's first byte
 * @param maxLifetime how long a session may live; zero means for ever
 * @param lifetimeJitterPercent how much sooner it may end, so that sessions that began together do
 *     not end together, 0 to 100
 */
public record SessionConfig(
    ProxyVersion sendProxyProtocol, Duration maxLifetime, int lifetimeJitterPercent) {

  private static final double WHOLE = 100;

  /** Whether sessions end by themselves. */
  public boolean hasMaxLifetime() {
    return !maxLifetime.isZero();
  }

  /** How long one session may live, in nanoseconds. */
  public long drawLifetimeNs(RandomGenerator random) {
    double cut = random.nextDouble() * lifetimeJitterPercent / WHOLE;
    return (long) (maxLifetime.toNanos() * (1 - cut));
  }
}
