package io.sluice.bench.workload;

import io.sluice.bench.figures.Metric;
import io.sluice.bench.load.Clients;
import io.sluice.bench.proc.SyscallCounter;
import io.sluice.bench.site.Scene;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * Connections that keep busy for a window of time: bulk, round trips, short connections, or a
 * mixture.
 *
 * @param threads of every contender, 0 for as many as the run gives them
 * @param opener opens the clients
 * @param bulk whether bytes are counted
 * @param operation what the small operations are, or NONE
 */
record Traffic(
    String name,
    String title,
    Scene scene,
    int threads,
    Consumer<Clients> opener,
    boolean bulk,
    Operation operation)
    implements Workload {

  private static final double BYTES_PER_GB = 1e9;
  private static final double BYTES_PER_MB = 1e6;
  private static final double PERCENT = 100;
  private static final double NS_PER_US = 1e3;
  private static final double NS_PER_S = 1e9;
  private static final long OPENING_MAX_NS = TimeUnit.SECONDS.toNanos(5);
  private static final int POLL_MS = 2;

  /** How long system calls are counted. */
  private static final int COUNTED_MS = 300;

  /** What a message client counts. */
  enum Operation {
    NONE,
    ROUND_TRIP,
    CONNECTION
  }

  /** What clients and server have moved up to one moment. */
  private record Progress(long bytes, long mirroredBytes, long operations, long atNs) {

    static Progress of(Stage stage, Clients clients) {
      long bytes = clients.bulkBytes() + stage.target().receivedBytes();
      long mirrored = stage.mirror() == null ? 0 : stage.mirror().receivedBytes();
      return new Progress(bytes, mirrored, clients.operations(), System.nanoTime());
    }

    Progress since(Progress earlier) {
      return new Progress(
          bytes - earlier.bytes,
          mirroredBytes - earlier.mirroredBytes,
          operations - earlier.operations,
          atNs - earlier.atNs);
    }

    double seconds() {
      return atNs / NS_PER_S;
    }
  }

  @Override
  public boolean warmsUp() {
    return true;
  }

  @Override
  public Map<Metric, Double> run(Stage stage, Timing timing) throws InterruptedException {
    Map<Metric, Double> figures = new EnumMap<>(Metric.class);
    Clients clients = stage.clients();
    try (clients) {
      open(clients, timing);
      Window window = Window.open(stage.running().pids());
      Progress before = Progress.of(stage, clients);
      clients.record(true);
      Timing.sleep(timing.window());
      clients.record(false);
      Progress moved = Progress.of(stage, clients).since(before);
      window.close();
      putRates(figures, window, moved);
      if (stage.mirror() != null && bulk && moved.bytes() > 0) {
        figures.put(Metric.MIRRORED, PERCENT * moved.mirroredBytes() / moved.bytes());
      }
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

  @Override
  public Map<Metric, Double> inspect(Stage stage, Timing timing, SyscallCounter counter)
      throws InterruptedException {
    Map<Metric, Double> figures = new EnumMap<>(Metric.class);
    if (stage.running().pids().isEmpty()) {
      return figures;
    }
    try (Clients clients = stage.clients()) {
      open(clients, timing);
      Progress before = Progress.of(stage, clients);
      Optional<Double> calls = counter.perSecond(stage.running().pids(), COUNTED_MS);
      Progress moved = Progress.of(stage, clients).since(before);
      // Rates of both, because the tracer needs a moment of its own before and after.
      calls.ifPresent(perSecond -> putCalls(figures, perSecond * moved.seconds(), moved));
    }
    stage.settle();
    return figures;
  }

  /** Bulk that is not yet open would be missing from the window. */
  private void open(Clients clients, Timing timing) throws InterruptedException {
    opener.accept(clients);
    long startNs = System.nanoTime();
    while (!clients.bulkIsOpen() && System.nanoTime() - startNs < OPENING_MAX_NS) {
      Thread.sleep(POLL_MS);
    }
    Timing.sleep(timing.ramp());
  }

  private void putCalls(Map<Metric, Double> figures, double calls, Progress moved) {
    if (bulk && operation == Operation.NONE && moved.bytes() > 0) {
      figures.put(Metric.CALLS_PER_MB, calls / (moved.bytes() / BYTES_PER_MB));
    } else if (!bulk && moved.operations() > 0) {
      figures.put(
          switch (operation) {
            case ROUND_TRIP, NONE -> Metric.CALLS_PER_TRIP;
            case CONNECTION -> Metric.CALLS_PER_CONNECTION;
          },
          calls / moved.operations());
    }
  }

  private void putRates(Map<Metric, Double> figures, Window window, Progress moved) {
    double operations = moved.operations();
    if (bulk) {
      double gigabytes = moved.bytes() / BYTES_PER_GB;
      figures.put(Metric.THROUGHPUT, gigabytes / window.seconds());
      if (operation == Operation.NONE && gigabytes > 0) {
        window.putCost(figures, Metric.CPU_PER_GB, Metric.MACHINE_PER_GB, gigabytes);
      }
    }
    switch (operation) {
      case ROUND_TRIP -> {
        figures.put(Metric.ROUND_TRIPS, operations / window.seconds());
        if (!bulk && operations > 0) {
          window.putCost(
              figures, Metric.CPU_PER_MILLION, Metric.MACHINE_PER_MILLION, operations / 1e6);
        }
      }
      case CONNECTION -> {
        figures.put(Metric.CONNECTIONS, operations / window.seconds());
        if (operations > 0) {
          window.putCost(figures, Metric.CPU_PER_100K, Metric.MACHINE_PER_100K, operations / 1e5);
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
