package io.sluice.bench.methods;

import io.sluice.bench.figures.Summary;
import io.sluice.bench.report.Table;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** What the ways of moving bytes cost, by origin, size of a transfer, and way. */
public final class MethodTable {

  private static final double BYTES_PER_GB = 1e9;
  private static final double BYTES_PER_MB = 1e6;
  private static final double NS_PER_S = 1e9;

  /**
   * One way in one round; times and switches are those of the thread that moves.
   *
   * @param calls system calls
   * @param switches context switches, voluntary or not
   */
  record Sample(long bytes, long wallNs, long cpuNs, long calls, long switches) {

    double throughput() {
      return bytes / BYTES_PER_GB / (wallNs / NS_PER_S);
    }

    double cpuPerGb() {
      return cpuNs / NS_PER_S / (bytes / BYTES_PER_GB);
    }

    double callsPerMb() {
      return calls / (bytes / BYTES_PER_MB);
    }

    double switchesPerMb() {
      return switches / (bytes / BYTES_PER_MB);
    }
  }

  private final Map<Origin, TreeMap<Long, Map<Way, List<Sample>>>> samples =
      new EnumMap<>(Origin.class);

  void add(Origin origin, long size, Way way, Sample sample) {
    samples
        .computeIfAbsent(origin, o -> new TreeMap<>())
        .computeIfAbsent(size, s -> new EnumMap<>(Way.class))
        .computeIfAbsent(way, w -> new ArrayList<>())
        .add(sample);
  }

  /** The origins that were measured, as titles. */
  public List<String> origins() {
    return samples.keySet().stream().map(Origin::title).toList();
  }

  /** The sizes measured for an origin's title, in bytes, ascending. */
  public List<Long> sizes(String origin) {
    return List.copyOf(samples.get(named(origin)).keySet());
  }

  /** Median CPU seconds per GB at each size, by the title of the way. */
  public Map<String, List<Double>> cpuPerGb(String title) {
    Origin origin = named(title);
    Map<String, List<Double>> lines = new LinkedHashMap<>();
    for (Way way : Way.from(origin)) {
      lines.put(way.title(), costs(origin, way));
    }
    return lines;
  }

  /** A section of the report: tables, then what follows from them. */
  public String render() {
    StringBuilder out = new StringBuilder("## The zero-copy table\n\n");
    out.append(
        "Ways of moving bytes to a blocking TCP socket on loopback, without a proxy, through the"
            + " project's native bindings. CPU and context switches are those of the thread that"
            + " moves. A file is in the page cache; a socket is fed one transfer at a time. CPU"
            + " copies are known from the kernel's source, not measured, and leave out the"
            + " receiver, which discards.\n\n");
    samples.forEach(
        (origin, sizes) ->
            sizes.forEach((size, ways) -> out.append(table(origin, size, ways)).append('\n')));
    out.append("What follows from it:\n\n");
    samples.keySet().forEach(origin -> findings(origin, out));
    return out.append('\n').toString();
  }

  private static String table(Origin origin, long size, Map<Way, List<Sample>> ways) {
    Table table =
        new Table(
            List.of(
                origin.title() + ", " + Crossover.bytes(size),
                "GB/s",
                "CPU s/GB",
                "system calls/MB",
                "context switches/MB",
                "CPU copies"));
    ways.forEach(
        (way, rounds) ->
            table.add(
                List.of(
                    way.title(),
                    summary(rounds, Sample::throughput).toString(),
                    summary(rounds, Sample::cpuPerGb).toString(),
                    summary(rounds, Sample::callsPerMb).toString(),
                    summary(rounds, Sample::switchesPerMb).toString(),
                    Integer.toString(way.copies()))));
    return table.render();
  }

  private void findings(Origin origin, StringBuilder out) {
    List<Long> sizes = List.copyOf(samples.get(origin).keySet());
    for (Way copy : List.of(Way.COPY_8K, Way.COPY_64K)) {
      for (Way way : Way.from(origin)) {
        if (way.copies() < copy.copies()) {
          out.append("- ")
              .append(origin.title())
              .append(": ")
              .append(way.title())
              .append(" is, in CPU, ")
              .append(Crossover.describe(sizes, costs(origin, copy), costs(origin, way)))
              .append(" than ")
              .append(copy.title())
              .append(".\n");
        }
      }
    }
    textbook(origin, sizes, out);
  }

  /** The textbook: 2 to 4 times the throughput, half the CPU, and copying wins below 64 KiB. */
  private void textbook(Origin origin, List<Long> sizes, StringBuilder out) {
    long largest = sizes.get(sizes.size() - 1);
    Map<Way, List<Sample>> ways = samples.get(origin).get(largest);
    double faster =
        summary(ways.get(Way.SPLICE), Sample::throughput)
            .ratioTo(summary(ways.get(Way.COPY_64K), Sample::throughput));
    double cheaper =
        summary(ways.get(Way.SPLICE), Sample::cpuPerGb)
            .ratioTo(summary(ways.get(Way.COPY_64K), Sample::cpuPerGb));
    List<Double> copy = costs(origin, Way.COPY_64K);
    List<Double> splice = costs(origin, Way.SPLICE);
    List<String> below = new ArrayList<>();
    for (int i = 0; i < sizes.size() && sizes.get(i) < 64 << 10; i++) {
      boolean copyWins = copy.get(i) <= splice.get(i);
      below.add(Crossover.bytes(sizes.get(i)) + (copyWins ? " copying" : " splicing"));
    }
    out.append(
        String.format(
            Locale.ROOT,
            "- %s, transfers of %s: splice has %s× the throughput of read+write 64 KiB (the"
                + " textbook says 2–4×) and %s× its CPU (the textbook says 0.5×). Below 64 KiB the"
                + " cheaper one is: %s (the textbook says copying).%n",
            origin.title(),
            Crossover.bytes(largest),
            Summary.format(faster),
            Summary.format(cheaper),
            String.join(", ", below)));
  }

  private List<Double> costs(Origin origin, Way way) {
    return samples.get(origin).values().stream()
        .map(ways -> summary(ways.get(way), Sample::cpuPerGb).median())
        .toList();
  }

  private static Summary summary(List<Sample> rounds, ToDoubleFunction<Sample> figure) {
    return Summary.of(rounds.stream().mapToDouble(figure).boxed().toList());
  }

  private Origin named(String title) {
    return samples.keySet().stream()
        .filter(origin -> origin.title().equals(title))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("not measured: " + title));
  }
}
