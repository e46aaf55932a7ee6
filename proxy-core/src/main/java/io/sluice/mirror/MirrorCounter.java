package io.sluice.mirror;

import java.util.Locale;

/** Everything that is counted for a mirror. Each only grows. */
public enum MirrorCounter {
  SESSIONS("sessions_total", "Sessions mirrored"),
  NOT_SAMPLED("not_sampled_total", "Sessions that sample left out"),
  OVER_LIMIT("over_limit_total", "Sessions not mirrored because of max-sessions"),
  ELIGIBLE_BYTES(
      "eligible_bytes_total", "Bytes delivered in the mirror's directions, mirrored or not"),
  BYTES("bytes_total", "Bytes that the mirror has taken"),
  TEED_BYTES("teed_bytes_total", "Bytes duplicated by tee"),
  COPIED_BYTES("copied_bytes_total", "Bytes duplicated by copy"),
  CONNECT_FAILURES("connect_failures_total", "Sessions whose mirror could not be reached"),
  DETACHED_BUFFER(DetachReason.BUFFER),
  DETACHED_LAG(DetachReason.LAG),
  DETACHED_CONNECT(DetachReason.CONNECT),
  DETACHED_CONNECT_TIMEOUT(DetachReason.CONNECT_TIMEOUT),
  DETACHED_CLOSED(DetachReason.CLOSED),
  DETACHED_WRITE(DetachReason.WRITE),
  DETACHED_MAX_BYTES(DetachReason.MAX_BYTES),
  DETACHED_RESOURCES(DetachReason.RESOURCES),
  DETACHED_SHUTDOWN(DetachReason.SHUTDOWN);

  private static final MirrorCounter[] BY_REASON = byReason();

  private final String key;
  private final String help;
  private final DetachReason reason;

  MirrorCounter(String key, String help) {
    this.key = key;
    this.help = help;
    reason = null;
  }

  MirrorCounter(DetachReason reason) {
    key = "detached_" + reason.name().toLowerCase(Locale.ROOT) + "_total";
    help = "Sessions from which the mirror was detached: " + reason.sentence();
    this.reason = reason;
  }

  /** The counter of detachments for {@code reason}. */
  public static MirrorCounter of(DetachReason reason) {
    return BY_REASON[reason.ordinal()];
  }

  /** Name in logs and metrics. */
  public String key() {
    return key;
  }

  /** What it counts, for people. */
  public String help() {
    return help;
  }

  private static MirrorCounter[] byReason() {
    MirrorCounter[] all = new MirrorCounter[DetachReason.values().length];
    for (MirrorCounter counter : values()) {
      if (counter.reason != null) {
        all[counter.reason.ordinal()] = counter;
      }
    }
    return all;
  }
}
