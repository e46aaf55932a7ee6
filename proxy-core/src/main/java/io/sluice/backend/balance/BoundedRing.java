package io.sluice.backend.balance;

/**
 * A ring whose servers pass on what is too much for them: Mirrokni, Thorup, Zadimoghaddam,
 * Consistent Hashing with Bounded Loads, SODA 2018; HAProxy's {@code hash-balance-factor}.
 *
 * <p>Invariant: a server is chosen only while it has less than {@code factor} percent of the
 * average of its weight, the new session included in the sum. Loops that choose at the same moment
 * may pass that by one session each.
 */
final class BoundedRing implements Balancer {
  private static final long HUNDRED = 100;

  private final Ring ring;
  private final Candidate[] servers;
  private final long[] weights;
  private final long weightSum;
  private final int factorPercent;

  BoundedRing(Ring ring, int factorPercent) {
    this.ring = ring;
    this.factorPercent = factorPercent;
    servers = ring.servers();
    weights = new long[servers.length];
    long sum = 0;
    for (int i = 0; i < servers.length; i++) {
      weights[i] = servers[i].weightHundredths();
      sum += weights[i];
    }
    weightSum = sum;
  }

  @Override
  public int choose(long key, int avoid) {
    long all = 1;
    for (Candidate server : servers) {
      all += server.sessions();
    }
    int at = ring.indexOf(key);
    for (int i = 0; i < ring.size(); i++) {
      int place = ring.placeAt(at + i);
      if (place != avoid && isBelow(place, all)) {
        return place;
      }
    }
    return ring.choose(key, avoid); // All others are busy, or have become so meanwhile.
  }

  /** Whether sessions &lt; factor / 100 * all * weight / sum of weights. */
  private boolean isBelow(int place, long all) {
    return servers[place].sessions() * HUNDRED * weightSum < factorPercent * all * weights[place];
  }
}
