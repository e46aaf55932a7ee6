package io.sluice.bench.workload;

import io.sluice.bench.figures.Metric;
import io.sluice.bench.load.Clients;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * Connections that keep busy for a window of time: bulk, round trips, short connections, or a
 * mixture.
 *
 * @param opener opens the clients
 * @param bulk whether bytes are counted
 * @param operation what the small operations are, or NONE
 */
record Traffic(
    String name, String title, Consumer<Clients> opener, boolean bulk, Operation operation)
    implements Workload {

  private static final double BYTES_PER_GB = 1e9;
  private static final double NS_PER_US = 1e3;

  /** What a message client counts. */
  enum Operation {
    NONE,
    ROUND_TRIP,
    CONNECTION
  }

  @Override
  public boolean warmsUp() {
    return true;
  }

  @Override
  public Map<Metric, Double> run(Stage stage, Timing timing) throws InterruptedException {
    Map<Metric, Double> figures = new EnumMap<>(Metric.class);
    Clients clients = new Clients(stage.clientLoops(), stage.running().port());
    try (clients) {
      opener.accept(clients);
      Timing.sleep(timing.ramp());
      Window window = Window.open(stage.running().pids());
      long bytesBefore = clients.bulkBytes() + stage.target().receivedBytes();
      long operationsBefore = clients.operations();
      clients.record(true);
      Timing.sleep(timing.window());
      clients.record(false);
      long operations = clients.operations() - operationsBefore;
      long bytes = clients.bulkBytes() + stage.target().receivedBytes() - bytesBefore;
      window.close();
      putRates(figures, window, bytes, operations);
      window.putCommon(figures);
    }
    if (operation != Operation.NONE) {
      putLatency(figures, clients.latency());
    }
    if (clients.failures() > 0) {
      figures.put(Metric.ERRORS, (double) clients.failures());
    }
    stage.settle();
    return figures;
  }

  private void putRates(Map<Metric, Double> figures, Window window, long bytes, long operations) {
    if (bulk) {
      double gigabytes = bytes / BYTES_PER_GB;
      figures.put(Metric.THROUGHPUT, gigabytes / window.seconds());
      if (window.hasProxy() && operation == Operation.NONE) {
        figures.put(Metric.CPU_PER_GB, window.proxyCpuSeconds() / gigabytes);
      }
    }
    switch (operation) {
      case ROUND_TRIP -> {
        figures.put(Metric.ROUND_TRIPS, operations / window.seconds());
        if (window.hasProxy() && !bulk) {
          figures.put(Metric.CPU_PER_MILLION, window.proxyCpuSeconds() / operations * 1e6);
        }
      }
      case CONNECTION -> {
        figures.put(Metric.CONNECTIONS, operations / window.seconds());
        if (window.hasProxy()) {
          figures.put(Metric.CPU_PER_100K, window.proxyCpuSeconds() / operations * 1e5);
        }
      }
      case NONE -> {}
    }
  }

  private static void putLatency(Map<Metric, Double> figures, Histogram latency) {
    figures.put(Metric.P50, latency.getValueAtPercentile(50) / NS_PER_US);
    figures.put(Metric.P99, latency.getValueAtPercentile(99) / NS_PER_US);
    figures.put(Metric.P999, latency.getValueAtPercentile(99.9) / NS_PER_US);
  }
}
