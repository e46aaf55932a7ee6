package io.sluice.bench.workload;

import io.sluice.bench.figures.Metric;
import io.sluice.bench.proc.SyscallCounter;
import io.sluice.bench.site.Scene;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** Something to do to a contender, and the figures that come out of it. */
public interface Workload {

  /** The short name; its first word is its group. */
  String name();

  /** One sentence for the report. */
  String title();

  /** What has to stand around the contender. */
  Scene scene();

  /** Threads or workers that every contender has for it; 0 for as many as the run gives them. */
  default int threads() {
    return 0;
  }

  /** True when a run before the first round makes the figures steadier. */
  boolean warmsUp();

  /** Why this contender cannot be asked to do it; empty when it can. */
  default Optional<String> unsuitable(Stage stage) {
    return Optional.empty();
  }

  /**
   * Runs once and leaves no connection behind.
   *
   * @return no figures at all when the workload means nothing for this contender
   */
  Map<Metric, Double> run(Stage stage, Timing timing) throws IOException, InterruptedException;

  /** Runs once more after the rounds, watched by what would disturb a measurement. */
  default Map<Metric, Double> inspect(Stage stage, Timing timing, SyscallCounter counter)
      throws IOException, InterruptedException {
    return Map.of();
  }
}
