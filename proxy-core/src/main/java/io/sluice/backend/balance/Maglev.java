package io.sluice.backend.balance;

import java.util.Arrays;
import java.util.List;

/**
 * A table of keys that servers fill in turn, each in an order of its own: Eisenbud and others,
 * Maglev: A Fast and Reliable Software Network Load Balancer, NSDI 2016, section 3.4. With weights
 * a server has a turn as often as its weight of the largest.
 *
 * <p>Invariant: two tables over servers of equal names and weights are equal. Turns go by the order
 * of names, not of the file.
 */
final class Maglev implements Balancer {
  /** The table size that the paper measures for small sets: a prime, and large against servers. */
  static final int SIZE = 65537;

  private static final int FREE = Character.MAX_VALUE;
  private static final int REHASHES_MAX = 16;
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;
  private static final long OFFSET_SEED = 2;
  private static final long SKIP_SEED = 3;

  /** Places of servers; a char is enough for as many as the configuration lets there be. */
  private final char[] table = new char[SIZE];

  private final int servers;

  Maglev(List<? extends Candidate> candidates) {
    servers = candidates.size();
    fill(candidates, Ordered.byName(candidates));
  }

  private void fill(List<? extends Candidate> candidates, int[] order) {
    int[] at = new int[servers];
    int[] skip = new int[servers];
    int heaviest = 0;
    for (int place = 0; place < servers; place++) {
      Candidate server = candidates.get(place);
      at[place] = Hash64.reduce(Hash64.ofName(server.hashName(), OFFSET_SEED), SIZE);
      skip[place] = 1 + Hash64.reduce(Hash64.ofName(server.hashName(), SKIP_SEED), SIZE - 1);
      heaviest = Math.max(heaviest, server.weightHundredths());
    }
    Arrays.fill(table, (char) FREE);
    int[] credit = new int[servers];
    int filled = 0;
    while (true) {
      for (int place : order) {
        credit[place] += candidates.get(place).weightHundredths();
        if (credit[place] < heaviest) {
          continue;
        }
        credit[place] -= heaviest;
        while (table[at[place]] != FREE) {
          at[place] = (at[place] + skip[place]) % SIZE;
        }
        table[at[place]] = (char) place;
        filled++;
        if (filled == SIZE) {
          return;
        }
      }
    }
  }

  @Override
  public int choose(long key, int avoid) {
    int place = table[Hash64.reduce(key, SIZE)];
    long other = key;
    for (int i = 0; place == avoid && i < REHASHES_MAX; i++) {
      other = Hash64.mix(other + GOLDEN);
      place = table[Hash64.reduce(other, SIZE)];
    }
    // Who is avoided has all but a few entries, or all: then the next one, or itself.
    return place == avoid ? (place + 1) % servers : place;
  }
}
