package io.sluice.backend.balance;

import java.util.Arrays;
import java.util.List;

/**
 * A ring of points to which keys go clockwise: Karger and others, Consistent Hashing and Random
 * Trees, STOC 1997; HAProxy's {@code hash-type consistent}.
 *
 * <p>A server's points depend on its name, and their number on its weight alone: one that comes or
 * goes, or changes its weight, moves its own keys and no others.
 */
final class Ring implements Balancer {
  /** Points of a server of weight 1 where all have it: shares are even to some 8 %. */
  private static final int POINTS_PER_UNIT_MAX = 160;

  /** Points of the heaviest server that is configured, so that the ring stays small. */
  private static final int POINTS_PER_SERVER = 4096;

  private static final int HUNDRED = 100;
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;
  private static final long SEED = 1;

  /** The lower bits of a point are the rank of its server by name; the upper ones are its hash. */
  private static final int RANK_BITS = 20;

  private static final long RANK = (1L << RANK_BITS) - 1;

  private final Candidate[] servers;
  private final long[] points;
  private final int[] placeOfRank;

  /**
   * A ring of {@code candidates}.
   *
   * @param weightMax the largest weight in the configuration, in operators' units
   */
  Ring(List<? extends Candidate> candidates, int weightMax) {
    servers = candidates.toArray(new Candidate[0]);
    placeOfRank = Ordered.byName(candidates);
    long perUnit =
        Math.max(1, Math.min(POINTS_PER_UNIT_MAX, POINTS_PER_SERVER / Math.max(1, weightMax)));
    int[] counts = new int[servers.length];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = (int) ((servers[i].weightHundredths() * perUnit + HUNDRED - 1) / HUNDRED);
    }
    points = new long[Arrays.stream(counts).sum()];
    int next = 0;
    for (int rank = 0; rank < placeOfRank.length; rank++) {
      int place = placeOfRank[rank];
      long name = Hash64.ofName(servers[place].hashName(), SEED);
      for (int i = 1; i <= counts[place]; i++) {
        points[next++] = (Hash64.mix(name + i * GOLDEN) & ~RANK) | rank;
      }
    }
    Arrays.sort(points);
  }

  @Override
  public int choose(long key, int avoid) {
    int at = indexOf(key);
    for (int i = 0; i < points.length; i++) {
      int place = placeAt(at + i);
      if (place != avoid) {
        return place;
      }
    }
    return avoid;
  }

  /** The point that {@code key} goes to. */
  int indexOf(long key) {
    int found = Arrays.binarySearch(points, key & ~RANK);
    return found >= 0 ? found : -found - 1;
  }

  /** The place of the server of a point; beyond the last the ring begins again. */
  int placeAt(int index) {
    return placeOfRank[
        (int) (points[index < points.length ? index : index - points.length] & RANK)];
  }

  int size() {
    return points.length;
  }

  Candidate[] servers() {
    return servers;
  }
}
