package io.sluice.config;

/**
 * What follows a connection attempt that failed.
 *
 * @param retries attempts after the first
 * @param redispatch which of them may go to another server: each Nth, or {@link #LAST} or {@link
 *     #OFF}
 */
public record RetryConfig(int retries, int redispatch) {
  /** Each retry. */
  public static final int EVERY = 1;

  /** None: all go to the first server. */
  public static final int OFF = 0;

  /** Only the last one. */
  public static final int LAST = -1;

  /** Whether the retry of this number, from 1 on, may go to another server. */
  public boolean redispatches(int retry) {
    return switch (redispatch) {
      case OFF -> false;
      case LAST -> retry == retries;
      default -> retry % redispatch == 0;
    };
  }
}
