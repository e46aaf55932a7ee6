package io.sluice.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.bench.figures.Metric;
import io.sluice.bench.figures.Results;
import io.sluice.bench.goals.Goals;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GoalTableTest {

  private final Results results = new Results();

  @Test
  void everyGoalHasARowAndSaysWhetherItWasReached() {
    add("bulk-down-1", "sluice-auto", Metric.CPU_PER_GB, 0.3);
    add("bulk-down-1", "haproxy-splice", Metric.CPU_PER_GB, 0.6);
    add("bulk-down-1", "haproxy-splice-1m", Metric.CPU_PER_GB, 0.2);
    add("bulk-down-1", "c-splice", Metric.CPU_PER_GB, 0.2);
    add("conn-fin", "sluice-auto", Metric.CONNECTIONS, 21);
    add("conn-fin", "haproxy-copy", Metric.CONNECTIONS, 20);

    String text = GoalTable.render(results).replaceAll(" +", " ");

    assertThat(text.lines().filter(line -> line.startsWith("| "))).hasSize(Goals.all().size() + 1);
    assertThat(text)
        .contains(
            "| CPU per GB against HAProxy splice-request/response | sluice-auto, bulk-down-1"
                + " (not measured: bulk-up-1), proxy CPU s/GB | ≤ 0.80× | 0.500× haproxy-splice"
                + " | reached |\n")
        .contains("| – | 1.50× haproxy-splice-1m | for information |\n")
        .contains("| ≤ 1.05× | 1.50× c-splice | MISSED by 42.9 % |\n")
        .contains("| sluice-auto, conn-fin, connections/s | ≥ 1.05× | 1.05× haproxy-copy |")
        .contains(
            "| sluice-auto, bulk-down-1, bulk-up-1, GB/s | ≥ 0.90× | – | not measured in this run"
                + " |\n");
  }

  @Test
  void worseDirectionIsNamedAmongBoth() {
    for (String direction : new String[] {"down", "up"}) {
      add("bulk-" + direction + "-1", "direct", Metric.THROUGHPUT, 10);
    }
    add("bulk-down-1", "sluice-auto", Metric.THROUGHPUT, 9.5);
    add("bulk-up-1", "sluice-auto", Metric.THROUGHPUT, 9.2);

    assertThat(GoalTable.render(results))
        .contains("sluice-auto, bulk-up-1 (the worse of bulk-down-1, bulk-up-1), GB/s")
        .contains("0.920× direct");
  }

  private void add(String workload, String contender, Metric metric, double value) {
    results.add(workload, contender, Map.of(metric, value));
  }
}
