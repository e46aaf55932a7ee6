package io.sluice.bench.goals;

import io.sluice.bench.figures.Metric;
import java.util.List;
import java.util.Optional;

/**
 * One number to be reached: a median of Sluice divided by the same of a peer.
 *
 * @param what the number in words
 * @param ours the contender whose median is divided
 * @param peers names of contenders, or the beginnings of names and {@code *}; of those that were
 *     measured the best one counts
 * @param pairs where it is measured; the worst one counts
 * @param limit the ratio to reach, at least or at most as the metric wants it; without one the
 *     ratio is for information
 */
public record Goal(
    String what,
    Metric metric,
    String ours,
    List<String> peers,
    List<Pair> pairs,
    Optional<Double> limit) {

  /**
   * The workloads of the two medians.
   *
   * @param ours that of the contender
   * @param theirs that of the peer; another one where a contender is compared with itself
   */
  public record Pair(String ours, String theirs) {

    static Pair same(String workload) {
      return new Pair(workload, workload);
    }

    @Override
    public String toString() {
      return ours.equals(theirs) ? ours : ours + " ÷ " + theirs;
    }
  }

  boolean isAgainst(String contender) {
    return peers.stream()
        .anyMatch(
            peer ->
                peer.endsWith("*")
                    ? contender.startsWith(peer.substring(0, peer.length() - 1))
                    : contender.equals(peer));
  }
}
