package io.sluice.app.service;

import java.time.Duration;

/**
 * How long there has been no session, found out by looking now and then: a session that came and
 * went between two looks shows in the number of all sessions ever. One thread.
 */
public final class IdleTime {
  private final long limitNs;
  private long sessionsTotal;
  private long sinceNs;

  /**
   * Begins now.
   *
   * @param limit time without a session that is long enough
   */
  public IdleTime(Duration limit, long nowNs) {
    limitNs = limit.toNanos();
    sinceNs = nowNs;
  }

  /**
   * Whether there has been no session for long enough.
   *
   * @param sessions sessions now
   * @param total sessions begun, ever
   * @param nowNs of the clock that it began with
   */
  public boolean isOver(int sessions, long total, long nowNs) {
    if (sessions > 0 || total != sessionsTotal) {
      sessionsTotal = total;
      sinceNs = nowNs;
      return false;
    }
    return nowNs - sinceNs >= limitNs;
  }

  /** How often to look, so that the end is late by a tenth of the limit at most. */
  public Duration period() {
    return Duration.ofNanos(Math.max(1, Math.min(limitNs / 10, 1_000_000_000L)));
  }
}
