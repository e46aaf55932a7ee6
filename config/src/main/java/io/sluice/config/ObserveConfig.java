package io.sluice.config;

/**
 * What sessions meet, taken as checks.
 *
 * @param errorLimit errors in a row, without a success in between, that have an effect
 */
public record ObserveConfig(Mode mode, int errorLimit, OnError onError) {

  /** What is looked at. */
  public enum Mode {
    NONE,
    /** Whether connections come about: HAProxy's {@code observe layer4}. */
    CONNECT
  }

  /** What so many errors do; each also brings the next check forward to the fast interval. */
  public enum OnError {
    /** Nothing else. */
    FAST_INTERVAL,
    /** As a failed check. */
    FAIL_CHECK,
    /** As all failed checks but the last that it takes to be down. */
    SUDDEN_DEATH,
    /** The server is down at once. */
    MARK_DOWN
  }
}
