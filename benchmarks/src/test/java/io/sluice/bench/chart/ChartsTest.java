package io.sluice.bench.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.bench.figures.Metric;
import io.sluice.bench.figures.Results;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChartsTest {

  @TempDir private Path folder;

  @Test
  void workloadsOfAKindShareAChart() {
    List<String> names =
        List.of("bulk-down-1", "bulk-up-8", "mixed", "veth-bulk-down-1", "rr-64-1");

    assertThat(Charts.groups(new LinkedHashSet<>(names)))
        .containsExactly(
            Map.entry("bulk", List.of("bulk-down-1", "bulk-up-8")),
            Map.entry("mixed", List.of("mixed")),
            Map.entry("veth-bulk", List.of("veth-bulk-down-1")),
            Map.entry("rr", List.of("rr-64-1")));
  }

  @Test
  void chartIsAnSvgThatNamesWhatItShows() throws IOException {
    Results results = new Results();
    results.add("bulk-1", "ours", Map.of(Metric.THROUGHPUT, 2.0, Metric.SWITCHES, 5.0));
    results.add("bulk-1", "peer", Map.of(Metric.THROUGHPUT, 1.0));

    Map<String, String> charts = Charts.draw(results, null, folder);

    assertThat(charts).containsOnly(Map.entry("bulk-throughput.svg", "bulk: GB/s"));
    assertThat(folder.resolve("bulk-throughput.svg"))
        .content()
        .contains("<svg")
        .contains("ours")
        .contains("peer")
        .contains("bulk: GB/s");
  }

  @Test
  void fileNamesArePlain() {
    assertThat(Charts.fileName("methods-file → socket")).isEqualTo("methods-file-socket.svg");
  }
}
