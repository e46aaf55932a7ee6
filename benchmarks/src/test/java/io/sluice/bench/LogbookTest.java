package io.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.bench.figures.Metric;
import io.sluice.bench.figures.Results;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogbookTest {

  private static final Map<String, String> CONDITIONS =
      Map.of("rounds", "2", "git commit", "abc", "contender x", "version 1: no, 2\tlines\n\\n end");

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("results.csv");
  }

  @Test
  void everythingSurvivesBeingKept() throws IOException {
    Logbook written = Logbook.begin(CONDITIONS);
    written.addPart("2026-01-02T03:04:05Z");
    written.note("x: ended\nwith status 1: \"no\"");
    Results results = written.results();
    results.add("rr", "y", Map.of(Metric.P99, 0.1 + 0.2, Metric.ROUND_TRIPS, 1e7));
    results.add("rr", "x", Map.of(Metric.P99, 1.0));
    results.add("rr", "y", Map.of(Metric.P99, Double.NaN, Metric.ROUND_TRIPS, 2e7));
    results.add("rr", "y", Map.of(Metric.CALLS_PER_TRIP, 4.0));
    results.add("bulk", "x", Map.of(Metric.THROUGHPUT, -3e-9));
    written.keep(file);

    Logbook read = Logbook.read(file);

    assertThat(read.differences(CONDITIONS)).isEmpty();
    assertThat(read.parts()).isEqualTo(written.parts());
    assertThat(read.notes()).isEqualTo(written.notes());
    assertThat(read.results().workloads()).containsExactly("rr", "bulk");
    assertThat(read.results().contenders("rr")).containsExactly("y", "x");
    for (String workload : results.workloads()) {
      for (String contender : results.contenders(workload)) {
        for (Metric metric : Metric.values()) {
          assertThat(read.results().rounds(workload, contender, metric))
              .isEqualTo(results.rounds(workload, contender, metric));
        }
      }
    }
  }

  @Test
  void rowsAreWorkloadContenderMetricAndRounds() throws IOException {
    Logbook logbook = Logbook.begin(Map.of("rounds", "2"));
    logbook.results().add("rr", "x", Map.of(Metric.P99, 1.5));
    logbook.results().add("rr", "x", Map.of(Metric.P99, 2.5));
    logbook.keep(file);

    assertThat(Files.readAllLines(file))
        .containsExactly(
            "# condition rounds: 2", "workload,contender,metric,rounds", "rr,x,P99,1.5,2.5");
  }

  @Test
  void whatWasKeptIsReplaced() throws IOException {
    Logbook.begin(Map.of("rounds", "9")).keep(file);
    Logbook.begin(Map.of("rounds", "2")).keep(file);

    assertThat(Logbook.read(file).differences(Map.of("rounds", "2"))).isEmpty();
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void eachConditionThatIsAnotherIsNamed() {
    Logbook logbook = Logbook.begin(Map.of("rounds", "2", "contender x", "1.0", "pin", "none"));

    List<String> differences =
        logbook.differences(Map.of("rounds", "5", "contender y", "2.0", "pin", "none"));

    assertThat(differences)
        .containsExactly(
            "contender x: 1.0 there, – now",
            "contender y: – there, 2.0 now",
            "rounds: 2 there, 5 now");
  }

  @Test
  void noteIsMadeOnce() {
    Logbook logbook = Logbook.begin(Map.of());
    logbook.note("nginx: missing");
    logbook.note("nginx: missing");

    assertThat(logbook.notes()).containsExactly("nginx: missing");
  }
}
