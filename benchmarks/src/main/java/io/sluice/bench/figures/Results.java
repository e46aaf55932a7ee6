package io.sluice.bench.figures;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Everything measured so far: workload, contender, metric, one value a round. Workloads and
 * contenders keep the order in which they first came.
 */
public final class Results {

  private final Map<String, Map<String, Map<Metric, List<Double>>>> values = new LinkedHashMap<>();

  /** Adds the figures of one round. */
  public void add(String workload, String contender, Map<Metric, Double> figures) {
    Map<Metric, List<Double>> cell =
        values
            .computeIfAbsent(workload, w -> new LinkedHashMap<>())
            .computeIfAbsent(contender, c -> new EnumMap<>(Metric.class));
    figures.forEach((metric, v) -> cell.computeIfAbsent(metric, m -> new ArrayList<>()).add(v));
  }

  public Set<String> workloads() {
    return values.keySet();
  }

  public Set<String> contenders(String workload) {
    return values.getOrDefault(workload, Map.of()).keySet();
  }

  /** The metrics that at least one contender has in this workload, in the order of the enum. */
  public Set<Metric> metrics(String workload) {
    Set<Metric> metrics = new TreeSet<>();
    values.getOrDefault(workload, Map.of()).values().forEach(m -> metrics.addAll(m.keySet()));
    return metrics;
  }

  /** The rounds of one figure, in the order in which they came; empty when there is none. */
  public List<Double> rounds(String workload, String contender, Metric metric) {
    return values
        .getOrDefault(workload, Map.of())
        .getOrDefault(contender, Map.of())
        .getOrDefault(metric, List.of());
  }

  /** Empty when this contender has no such figure, as a direct connection has no proxy CPU. */
  public Optional<Summary> summary(String workload, String contender, Metric metric) {
    return Optional.of(rounds(workload, contender, metric))
        .filter(rounds -> !rounds.isEmpty())
        .map(Summary::of);
  }
}
