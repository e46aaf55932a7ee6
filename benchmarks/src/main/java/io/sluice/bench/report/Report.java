package io.sluice.bench.report;

import static io.sluice.bench.figures.Metric.Kind.DETAIL;
import static io.sluice.bench.figures.Metric.Kind.HEADLINE;
import static io.sluice.bench.figures.Metric.Kind.RESOURCE;

import io.sluice.bench.figures.Metric;
import io.sluice.bench.figures.Metric.Kind;
import io.sluice.bench.figures.Results;
import io.sluice.bench.figures.Summary;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The report as Markdown.
 *
 * @param environment label and value
 * @param method sentences on how it was measured
 * @param contenders name and description of those that took part
 * @param ours names of the contenders that are Sluice; the others are peers
 * @param titles workload and its sentence
 * @param notes what is missing or went wrong
 */
public record Report(
    Map<String, String> environment,
    List<String> method,
    Map<String, String> contenders,
    Set<String> ours,
    Map<String, String> titles,
    List<String> notes) {

  /** Everything that has been measured so far. */
  public String render(Results results) {
    StringBuilder out = new StringBuilder("# Sluice beside its peers\n\n");
    section(out, "Environment", environment);
    out.append("Method:\n\n");
    method.forEach(line -> out.append("- ").append(line).append('\n'));
    out.append('\n');
    if (!contenders.isEmpty()) {
      section(out, "Contenders", contenders);
    }
    if (!notes.isEmpty()) {
      out.append("Missing or failed:\n\n");
      notes.forEach(note -> out.append("- ").append(note).append('\n'));
      out.append('\n');
    }
    if (!results.workloads().isEmpty()) {
      out.append(GoalTable.render(results));
    }
    for (String workload : results.workloads()) {
      out.append("## ").append(workload).append("\n\n");
      out.append(titles.getOrDefault(workload, "")).append("\n\n");
      out.append(figures(results, workload, HEADLINE, DETAIL)).append('\n');
      out.append(ratios(results, workload));
      out.append(figures(results, workload, RESOURCE)).append('\n');
    }
    return out.toString();
  }

  /**
   * Links to charts.
   *
   * @param charts file name and title
   * @param folder where they are, seen from the report
   */
  public static String charts(Map<String, String> charts, String folder) {
    StringBuilder out = new StringBuilder("## Charts\n\n");
    charts.forEach(
        (file, title) ->
            out.append("![")
                .append(title)
                .append("](")
                .append(folder)
                .append('/')
                .append(file)
                .append(")\n\n"));
    return out.toString();
  }

  private static void section(StringBuilder out, String title, Map<String, String> lines) {
    out.append(title).append(":\n\n");
    lines.forEach((k, v) -> out.append("- ").append(k).append(": ").append(v).append('\n'));
    out.append('\n');
  }

  private static String figures(Results results, String workload, Kind... kinds) {
    Set<Kind> wanted = Set.of(kinds);
    List<Metric> metrics =
        results.metrics(workload).stream().filter(m -> wanted.contains(m.kind())).toList();
    List<String> head = new ArrayList<>(List.of("contender"));
    metrics.forEach(metric -> head.add(metric.label()));
    Table table = new Table(head);
    for (String contender : results.contenders(workload)) {
      List<String> cells = new ArrayList<>(List.of(contender));
      for (Metric metric : metrics) {
        cells.add(results.summary(workload, contender, metric).map(Summary::toString).orElse("–"));
      }
      table.add(cells);
    }
    return table.render();
  }

  /** Medians of Sluice divided by medians of each peer; without Sluice, of everyone by everyone. */
  private String ratios(Results results, String workload) {
    Set<String> all = results.contenders(workload);
    List<String> rows = all.stream().filter(ours::contains).toList();
    List<String> peers = all.stream().filter(name -> !ours.contains(name)).toList();
    if (rows.isEmpty()) {
      rows = peers;
    }
    List<String> head = new ArrayList<>(List.of("median divided by the peer's"));
    peers.forEach(peer -> head.add("÷ " + peer));
    Table table = new Table(head);
    boolean empty = true;
    for (Metric metric : results.metrics(workload)) {
      if (metric.kind() == HEADLINE) {
        for (String row : rows) {
          empty &= !addRatios(table, results, workload, metric, row, peers);
        }
      }
    }
    return empty ? "" : table.render() + "\n";
  }

  private static boolean addRatios(
      Table table,
      Results results,
      String workload,
      Metric metric,
      String row,
      List<String> peers) {
    Summary summary = results.summary(workload, row, metric).orElse(null);
    if (summary == null) {
      return false;
    }
    String wish =
        switch (metric.better()) {
          case MORE -> " (more is better)";
          case LESS -> " (less is better)";
        };
    List<String> cells = new ArrayList<>(List.of(row + ", " + metric.label() + wish));
    for (String peer : peers) {
      cells.add(
          results
              .summary(workload, peer, metric)
              .map(other -> Summary.format(summary.ratioTo(other)))
              .orElse("–"));
    }
    table.add(cells);
    return true;
  }
}
