package io.sluice.bench.workload;

import io.sluice.bench.figures.Metric;
import io.sluice.bench.peer.Running;
import io.sluice.bench.proc.Commands;
import io.sluice.bench.site.Scene;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A load tool that others have written, run through the contender to its own server. Its CPU is
 * among that of the others, because it is no part of the generator.
 *
 * @param connections how many it opens at a time
 */
record Foreign(String name, String title, Scene scene, int connections) implements Workload {

  private static final int REDIS_REQUESTS_PER_SECOND = 40_000;

  @Override
  public boolean warmsUp() {
    return true;
  }

  @Override
  public Map<Metric, Double> run(Stage stage, Timing timing) throws IOException {
    Map<Metric, Double> figures = new EnumMap<>(Metric.class);
    List<String> command = command(stage.running(), timing);
    Window window = Window.open(stage.running().pids());
    Commands.Answer answer = Commands.run(command);
    window.close();
    if (answer.status() != 0) {
      throw new IOException(String.join(" ", command) + ": " + answer.text());
    }
    putFigures(figures, window, answer.text());
    window.putCommon(figures);
    return figures;
  }

  private List<String> command(Running running, Timing timing) throws IOException {
    // Whole seconds are all that these tools know.
    String seconds = Long.toString(Math.max(1, Math.round(timing.window().toMillis() / 1e3)));
    String host = running.host();
    String port = Integer.toString(running.port());
    String many = Integer.toString(connections);
    List<String> command =
        new ArrayList<>(
            switch (scene) {
              case LOOPBACK, MIRROR, VETH ->
                  throw new IllegalStateException("no tool for " + scene);
              case IPERF3 ->
                  List.of("iperf3", "-c", host, "-p", port, "-t", seconds, "-P", many, "-R", "-J");
              case WRK ->
                  List.of(
                      "wrk",
                      "--threads",
                      "1",
                      "--connections",
                      many,
                      "--duration",
                      seconds + "s",
                      "--latency",
                      "http://" + host + ":" + port + "/");
              case REDIS -> {
                long requests = REDIS_REQUESTS_PER_SECOND * Long.parseLong(seconds);
                String count = Long.toString(requests);
                yield List.of(
                    "redis-benchmark",
                    "-h",
                    host,
                    "-p",
                    port,
                    "-c",
                    many,
                    "-n",
                    count,
                    "-t",
                    "get",
                    "--csv");
              }
            });
    command.set(
        0,
        Commands.find(command.get(0))
            .orElseThrow(() -> new IOException("no " + command.get(0)))
            .toString());
    return command;
  }

  private void putFigures(Map<Metric, Double> figures, Window window, String text)
      throws IOException {
    switch (scene) {
      case LOOPBACK, MIRROR, VETH -> throw new IllegalStateException("no tool for " + scene);
      case IPERF3 -> {
        ToolText.Bulk bulk = ToolText.iperf3(text);
        figures.put(Metric.THROUGHPUT, bulk.gigabytesPerSecond());
        window.putCost(figures, Metric.CPU_PER_GB, Metric.MACHINE_PER_GB, bulk.gigabytes());
      }
      case WRK -> putTrips(figures, window, ToolText.wrk(text));
      case REDIS -> putTrips(figures, window, ToolText.redis(text, window.seconds()));
    }
  }

  private static void putTrips(Map<Metric, Double> figures, Window window, ToolText.Trips trips) {
    figures.put(Metric.ROUND_TRIPS, trips.perSecond());
    figures.put(Metric.P50, trips.p50Us());
    figures.put(Metric.P99, trips.p99Us());
    window.putCost(
        figures, Metric.CPU_PER_MILLION, Metric.MACHINE_PER_MILLION, trips.count() / 1e6);
  }
}
