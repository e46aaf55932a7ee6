package io.sluice.backend.balance;

/** How much a server has to do for its weight, for comparisons without division. */
final class Load {
  private Load() {}

  /**
   * Negative when a server with {@code sessions} of {@code weight} is less loaded than the other.
   * As in HAProxy's fwlc, one session more is counted, so that of two servers the heavier is taken
   * when both have few; idle servers are alike.
   */
  static int compare(int sessions, int weight, int otherSessions, int otherWeight) {
    if (sessions == 0 || otherSessions == 0) {
      return Integer.compare(sessions, otherSessions);
    }
    return Long.compare((sessions + 1L) * otherWeight, (otherSessions + 1L) * weight);
  }
}
