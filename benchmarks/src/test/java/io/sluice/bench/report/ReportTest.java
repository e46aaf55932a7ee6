package io.sluice.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.bench.figures.Metric;
import io.sluice.bench.figures.Results;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReportTest {

  private static final Report REPORT =
      new Report(
          Map.of("kernel", "6.1"),
          List.of("in turn"),
          Map.of("ours", "as shipped"),
          Set.of("ours"),
          Map.of("bulk", "Many bytes"),
          List.of("other: not installed"));

  @Test
  void eachWorkloadHasFiguresAndRatiosToEachPeer() {
    Results results = new Results();
    for (double value : new double[] {2, 4, 3}) {
      results.add("bulk", "ours", Map.of(Metric.THROUGHPUT, value, Metric.CPU_PER_GB, 0.25));
      results.add("bulk", "peer", Map.of(Metric.THROUGHPUT, 2.0, Metric.CPU_PER_GB, 0.5));
      results.add("bulk", "direct", Map.of(Metric.THROUGHPUT, 6.0));
    }

    String text = REPORT.render(results);

    assertThat(text)
        .contains("## bulk\n\nMany bytes\n")
        .contains("| ours      | 3.00 [2.00..4.00] | 0.250 [0.250..0.250] |\n")
        .contains("| direct    | 6.00 [6.00..6.00] | –                    |\n")
        .contains("| ours, GB/s (more is better)           | 1.50   | 0.500    |\n")
        .contains("| ours, proxy CPU s/GB (less is better) | 0.500  | –        |\n")
        .contains("- other: not installed\n")
        .containsSubsequence("Environment:", "## Goals\n", "## bulk\n");
  }

  @Test
  void nothingMeasuredIsNoGoalReachedOrMissed() {
    assertThat(REPORT.render(new Results())).doesNotContain("Goals");
  }

  @Test
  void resourcesStandInATableOfTheirOwn() {
    Results results = new Results();
    results.add("bulk", "peer", Map.of(Metric.THROUGHPUT, 2.0, Metric.MACHINE_CORES, 1.5));

    assertThat(REPORT.render(results))
        .contains("| contender | GB/s              |\n")
        .contains("| contender | machine, cores    |\n");
  }

  @Test
  void tableIsPaddedToItsWidestCell() {
    Table table = new Table(List.of("name", "x"));
    table.add(List.of("a", "12345"));

    assertThat(table.render()).isEqualTo("| name | x     |\n|------|-------|\n| a    | 12345 |\n");
  }

  @Test
  void rowOfAnotherLengthIsRefused() {
    Table table = new Table(List.of("name", "x"));

    assertThatThrownBy(() -> table.add(List.of("a"))).isInstanceOf(IllegalArgumentException.class);
  }
}
