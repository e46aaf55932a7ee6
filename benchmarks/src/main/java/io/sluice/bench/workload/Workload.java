package io.sluice.bench.workload;

import io.sluice.bench.figures.Metric;
import java.io.IOException;
import java.util.Map;

/** Something to do to a contender, and the figures that come out of it. */
public interface Workload {

  /** The short name; its first word is its group. */
  String name();

  /** One sentence for the report. */
  String title();

  /** True when a run before the first round makes the figures steadier. */
  boolean warmsUp();

  /**
   * Runs once and leaves no connection behind.
   *
   * @return no figures at all when the workload means nothing for this contender
   */
  Map<Metric, Double> run(Stage stage, Timing timing) throws IOException, InterruptedException;
}
