package io.sluice.bench;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import io.sluice.bench.figures.Metric;
import io.sluice.bench.figures.Results;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What a run has found so far, and under which conditions: kept in a file after every workload, so
 * that a later part of the run can go on from there.
 *
 * <p>A workload in the file is complete: it is only kept when all its rounds are over. The file is
 * CSV, one row for each workload, contender and metric, one value for each round; before them, as
 * comments, the conditions, when each part was begun, and the notes. One thread.
 */
final class Logbook {

  private static final String CONDITION = "# condition ";
  private static final String PART = "# part ";
  private static final String NOTE = "# note ";
  private static final String BETWEEN = ": ";
  private static final String HEAD = "workload,contender,metric,rounds";
  private static final int ROUNDS_FROM = 3;

  private final Map<String, String> conditions;
  private final List<String> parts = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final Results results = new Results();

  private Logbook(Map<String, String> conditions) {
    this.conditions = new LinkedHashMap<>(conditions);
  }

  /** An empty one. */
  static Logbook begin(Map<String, String> conditions) {
    return new Logbook(conditions);
  }

  /** The one that {@link #keep} has written. */
  static Logbook read(Path file) throws IOException {
    Logbook logbook = new Logbook(Map.of());
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith(CONDITION)) {
        String[] condition = line.substring(CONDITION.length()).split(BETWEEN, 2);
        logbook.conditions.put(condition[0], condition[1].translateEscapes());
      } else if (line.startsWith(PART)) {
        logbook.parts.add(line.substring(PART.length()));
      } else if (line.startsWith(NOTE)) {
        logbook.notes.add(line.substring(NOTE.length()).translateEscapes());
      } else if (!line.equals(HEAD)) {
        logbook.addRow(line.split(",", -1));
      }
    }
    return logbook;
  }

  /** Which conditions are others now, and how; empty when none is. */
  List<String> differences(Map<String, String> now) {
    TreeSet<String> names = new TreeSet<>(conditions.keySet());
    names.addAll(now.keySet());
    List<String> differences = new ArrayList<>();
    for (String name : names) {
      String then = conditions.getOrDefault(name, "–");
      String here = now.getOrDefault(name, "–");
      if (!then.equals(here)) {
        differences.add(name + BETWEEN + then + " there, " + here + " now");
      }
    }
    return differences;
  }

  /** Adds a part that begins now. */
  void addPart(String time) {
    parts.add(time);
  }

  /** When each part was begun. */
  List<String> parts() {
    return List.copyOf(parts);
  }

  /** Adds what is missing or went wrong, once. */
  void note(String text) {
    if (!notes.contains(text)) {
      notes.add(text);
    }
  }

  /** What is missing or went wrong so far; grows. */
  List<String> notes() {
    return Collections.unmodifiableList(notes);
  }

  /** What has been measured; whoever measures adds to it. */
  Results results() {
    return results;
  }

  /** Replaces the file in one step, so that an interrupted run leaves a whole one behind. */
  void keep(Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    conditions.forEach((name, value) -> lines.add(CONDITION + name + BETWEEN + escape(value)));
    parts.forEach(part -> lines.add(PART + part));
    notes.forEach(note -> lines.add(NOTE + escape(note)));
    lines.add(HEAD);
    for (String workload : results.workloads()) {
      for (String contender : results.contenders(workload)) {
        for (Metric metric : results.metrics(workload)) {
          addRow(lines, workload, contender, metric);
        }
      }
    }
    Path whole = file.resolveSibling(file.getFileName() + ".new");
    Files.write(whole, lines);
    Files.move(whole, file, ATOMIC_MOVE);
  }

  private void addRow(List<String> lines, String workload, String contender, Metric metric) {
    List<Double> rounds = results.rounds(workload, contender, metric);
    if (!rounds.isEmpty()) {
      List<String> cells = new ArrayList<>(List.of(workload, contender, metric.name()));
      rounds.forEach(value -> cells.add(Double.toString(value)));
      lines.add(String.join(",", cells));
    }
  }

  private void addRow(String[] cells) {
    Metric metric = Metric.valueOf(cells[2]);
    for (int i = ROUNDS_FROM; i < cells.length; i++) {
      results.add(cells[0], cells[1], Map.of(metric, Double.valueOf(cells[i])));
    }
  }

  /** One line, which {@link String#translateEscapes} turns back. */
  private static String escape(String text) {
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
  }
}
