package io.sluice.bench.workload;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parsers for what the load tools print. Pure functions; a text of another shape is an error. */
final class ToolText {

  /** What iperf3 moved. */
  record Bulk(double gigabytes, double gigabytesPerSecond) {}

  /** What wrk or redis-benchmark did; latencies in microseconds. */
  record Trips(double count, double perSecond, double p50Us, double p99Us) {}

  private ToolText() {}

  /** The sum over all streams, as the receiver saw it, in {@code iperf3 -J}. */
  static Bulk iperf3(String json) throws IOException {
    String sum = group(json, "\"sum_received\":\\s*\\{([^}]*)\\}");
    double bytes = Double.parseDouble(group(sum, "\"bytes\":\\s*([\\d.eE+]+)"));
    double bits = Double.parseDouble(group(sum, "\"bits_per_second\":\\s*([\\d.eE+]+)"));
    return new Bulk(bytes / 1e9, bits / 8e9);
  }

  /** {@code wrk --latency}. */
  static Trips wrk(String text) throws IOException {
    return new Trips(
        Double.parseDouble(group(text, "(\\d+) requests in")),
        Double.parseDouble(group(text, "Requests/sec:\\s*([\\d.]+)")),
        micros(group(text, "50%\\s+([\\d.]+[a-z]+)")),
        micros(group(text, "99%\\s+([\\d.]+[a-z]+)")));
  }

  /**
   * {@code redis-benchmark --csv}: one line of names, one of values.
   *
   * @param seconds how long it ran, because it tells the rate but not the count
   */
  static Trips redis(String csv, double seconds) throws IOException {
    List<String> lines = csv.lines().filter(line -> line.startsWith("\"")).toList();
    if (lines.size() != 2) {
      throw new IOException("not the CSV of redis-benchmark: " + csv);
    }
    double perSecond = column(lines, "rps");
    return new Trips(
        perSecond * seconds,
        perSecond,
        column(lines, "p50_latency_ms") * 1e3,
        column(lines, "p99_latency_ms") * 1e3);
  }

  private static double column(List<String> lines, String name) throws IOException {
    int index = List.of(lines.get(0).split(",", -1)).indexOf("\"" + name + "\"");
    if (index < 0) {
      throw new IOException("no column " + name + " in " + lines.get(0));
    }
    return Double.parseDouble(lines.get(1).split(",", -1)[index].replace("\"", ""));
  }

  private static double micros(String text) throws IOException {
    double value = Double.parseDouble(text.replaceAll("[a-z]+$", ""));
    String unit = text.replaceAll("^[\\d.]+", "");
    return switch (unit) {
      case "us" -> value;
      case "ms" -> value * 1e3;
      case "s" -> value * 1e6;
      default -> throw new IOException("no unit of time: " + text);
    };
  }

  private static String group(String text, String regex) throws IOException {
    Matcher matcher = Pattern.compile(regex).matcher(text);
    if (!matcher.find()) {
      throw new IOException("no " + regex + " in: " + text);
    }
    return matcher.group(1);
  }
}
