package io.sluice.bench.goals;

import static java.util.Comparator.comparingDouble;

import io.sluice.bench.figures.Metric;
import io.sluice.bench.figures.Results;
import io.sluice.bench.figures.Summary;
import io.sluice.bench.goals.Goal.Pair;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a run says about a goal.
 *
 * @param measured the ratio that counts: in the worst pair, against the best peer; empty when
 *     nothing of it was measured
 * @param missing the pairs that were not measured
 */
public record Outcome(Goal goal, Optional<Measured> measured, List<Pair> missing) {

  /** A ratio, where it was taken and against whom. */
  public record Measured(Pair pair, String peer, double ratio) {}

  public static Outcome of(Goal goal, Results results) {
    List<Measured> all = new ArrayList<>();
    List<Pair> missing = new ArrayList<>();
    for (Pair pair : goal.pairs()) {
      measure(goal, pair, results).ifPresentOrElse(all::add, () -> missing.add(pair));
    }
    Comparator<Measured> better = better(goal.metric(), comparingDouble(Measured::ratio));
    return new Outcome(goal, all.stream().min(better), missing);
  }

  /**
   * By how much of the limit it was missed, as a fraction; 0 or less when it was reached, empty
   * when it was not measured or has no limit.
   */
  public Optional<Double> miss() {
    return measured.flatMap(
        m ->
            goal.limit()
                .map(
                    limit ->
                        switch (goal.metric().better()) {
                          case MORE -> 1 - m.ratio() / limit;
                          case LESS -> m.ratio() / limit - 1;
                        }));
  }

  private static Optional<Measured> measure(Goal goal, Pair pair, Results results) {
    Optional<Summary> ours = results.summary(pair.ours(), goal.ours(), goal.metric());
    Comparator<String> better =
        better(goal.metric(), comparingDouble(peer -> median(goal, pair, results, peer)));
    return ours.flatMap(
        summary ->
            results.contenders(pair.theirs()).stream()
                .filter(goal::isAgainst)
                // Nothing can be divided by a figure that is missing or nothing.
                .filter(peer -> median(goal, pair, results, peer) > 0)
                .max(better)
                .map(
                    peer ->
                        new Measured(
                            pair, peer, summary.median() / median(goal, pair, results, peer))));
  }

  private static double median(Goal goal, Pair pair, Results results, String peer) {
    return results
        .summary(pair.theirs(), peer, goal.metric())
        .map(Summary::median)
        .orElse(Double.NaN);
  }

  /** Orders from worse to better. */
  private static <T> Comparator<T> better(Metric metric, Comparator<T> ascending) {
    return switch (metric.better()) {
      case MORE -> ascending;
      case LESS -> ascending.reversed();
    };
  }
}
