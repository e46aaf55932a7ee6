package io.sluice.bench.goals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.bench.figures.Metric;
import io.sluice.bench.figures.Results;
import io.sluice.bench.goals.Goal.Pair;
import io.sluice.bench.goals.Outcome.Measured;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OutcomeTest {

  private static final Pair DOWN = Pair.same("down");
  private static final Pair UP = Pair.same("up");

  private final Results results = new Results();

  @Test
  void ratioIsOfMedians() {
    add("down", "ours", Metric.CPU_PER_GB, 1, 9, 2);
    add("down", "peer-a", Metric.CPU_PER_GB, 4);

    Outcome outcome = outcome(Metric.CPU_PER_GB, 0.5, DOWN);

    assertThat(outcome.measured()).contains(new Measured(DOWN, "peer-a", 0.5));
    assertThat(outcome.miss()).contains(0.0);
  }

  @Test
  void ofPeersTheBestCounts() {
    add("down", "ours", Metric.CPU_PER_GB, 3);
    add("down", "peer-a", Metric.CPU_PER_GB, 4);
    add("down", "peer-b", Metric.CPU_PER_GB, 2);
    add("down", "other", Metric.CPU_PER_GB, 1);
    add("up", "ours", Metric.ROUND_TRIPS, 3);
    add("up", "peer-a", Metric.ROUND_TRIPS, 4);
    add("up", "peer-b", Metric.ROUND_TRIPS, 2);

    assertThat(outcome(Metric.CPU_PER_GB, 1, DOWN).measured())
        .contains(new Measured(DOWN, "peer-b", 1.5));
    assertThat(outcome(Metric.ROUND_TRIPS, 1, UP).measured())
        .contains(new Measured(UP, "peer-a", 0.75));
  }

  @Test
  void ofDirectionsTheWorseCounts() {
    for (Metric metric : List.of(Metric.CPU_PER_GB, Metric.THROUGHPUT)) {
      add("down", "ours", metric, 1);
      add("down", "peer-a", metric, 4);
      add("up", "ours", metric, 2);
      add("up", "peer-a", metric, 4);
    }

    assertThat(outcome(Metric.CPU_PER_GB, 1, DOWN, UP).measured())
        .contains(new Measured(UP, "peer-a", 0.5));
    assertThat(outcome(Metric.THROUGHPUT, 1, DOWN, UP).measured())
        .contains(new Measured(DOWN, "peer-a", 0.25));
  }

  @Test
  void directionThatWasNotMeasuredIsNamed() {
    add("down", "ours", Metric.CPU_PER_GB, 1);
    add("down", "peer-a", Metric.CPU_PER_GB, 4);
    add("up", "ours", Metric.CPU_PER_GB, 2);

    Outcome outcome = outcome(Metric.CPU_PER_GB, 1, DOWN, UP);

    assertThat(outcome.measured()).contains(new Measured(DOWN, "peer-a", 0.25));
    assertThat(outcome.missing()).containsExactly(UP);
  }

  @Test
  void missIsAFractionOfTheLimitEitherWay() {
    add("down", "ours", Metric.CPU_PER_GB, 3);
    add("down", "peer-a", Metric.CPU_PER_GB, 4);
    add("up", "ours", Metric.THROUGHPUT, 3);
    add("up", "peer-a", Metric.THROUGHPUT, 4);

    assertThat(outcome(Metric.CPU_PER_GB, 0.5, DOWN).miss().orElseThrow())
        .isCloseTo(0.5, within(1e-9));
    assertThat(outcome(Metric.THROUGHPUT, 1, UP).miss().orElseThrow())
        .isCloseTo(0.25, within(1e-9));
    assertThat(outcome(Metric.THROUGHPUT, 0.5, UP).miss().orElseThrow()).isNegative();
  }

  @Test
  void nothingMeasuredIsNoOutcome() {
    add("down", "ours", Metric.CPU_PER_GB, 1);
    add("down", "peer-a", Metric.CPU_PER_GB, 0);

    Outcome outcome = outcome(Metric.CPU_PER_GB, 1, DOWN, UP);

    assertThat(outcome.measured()).isEmpty();
    assertThat(outcome.miss()).isEmpty();
    assertThat(outcome.missing()).containsExactly(DOWN, UP);
  }

  @Test
  void contenderCanBeComparedWithItselfElsewhere() {
    add("few", "peer-a", Metric.CPU_PER_GB, 4);
    add("many", "ours", Metric.CPU_PER_GB, 5);

    assertThat(outcome(Metric.CPU_PER_GB, 1.25, new Pair("many", "few")).miss()).contains(0.0);
  }

  private Outcome outcome(Metric metric, double limit, Pair... pairs) {
    Goal goal =
        new Goal(
            "a number",
            metric,
            "ours",
            List.of("peer-*"),
            Arrays.asList(pairs),
            Optional.of(limit));
    return Outcome.of(goal, results);
  }

  private void add(String workload, String contender, Metric metric, double... rounds) {
    for (double value : rounds) {
      results.add(workload, contender, Map.of(metric, value));
    }
  }
}
