package io.sluice.bench.workload;

import io.sluice.bench.figures.Metric;
import io.sluice.bench.load.Clients;
import io.sluice.bench.peer.Running;
import io.sluice.bench.proc.Machine;
import io.sluice.bench.proc.ProcessUsage;
import io.sluice.bench.site.Scene;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Open sessions that say nothing: memory a session and CPU at rest.
 *
 * <p>Every run has a process of its own, because memory that an allocator kept from the round
 * before would hide what a session costs. A few sessions first load code and pools.
 */
record Idle(int sessions) implements Workload {

  private static final int SESSIONS_FIRST = 10;
  private static final int TRIPS_FIRST = 20;
  private static final int MESSAGE_BYTES = 64;
  private static final Duration OPENING_MAX = Duration.ofSeconds(10);
  private static final Duration REST = Duration.ofSeconds(1);
  private static final Duration CPU_WINDOW = Duration.ofSeconds(3);
  private static final int POLL_MS = 10;

  /** Descriptors of one session in the generator, which is both of its ends. */
  private static final int ENDS = 2;

  private static final int DESCRIPTORS_ELSE = 500;

  @Override
  public String name() {
    return "idle-" + sessions;
  }

  @Override
  public String title() {
    return sessions
        + " open sessions, one round trip of 64 B each, then silence for 3 s, in a fresh process";
  }

  @Override
  public Scene scene() {
    return Scene.LOOPBACK;
  }

  @Override
  public Optional<String> unsuitable(Stage stage) {
    int each = Math.max(ENDS, stage.contender().descriptorsPerSession());
    long needed = (long) sessions * each + DESCRIPTORS_ELSE;
    long limit = Machine.descriptorsMax();
    return needed <= limit
        ? Optional.empty()
        : Optional.of(needed + " descriptors in a process, but no more than " + limit + " allowed");
  }

  @Override
  public boolean warmsUp() {
    return false;
  }

  @Override
  public Map<Metric, Double> run(Stage stage, Timing timing)
      throws IOException, InterruptedException {
    Map<Metric, Double> figures = new EnumMap<>(Metric.class);
    if (stage.running().pids().isEmpty()) {
      return figures;
    }
    try (Running fresh = stage.another()) {
      try (Clients first = stage.clients(fresh)) {
        first.roundTrips(SESSIONS_FIRST, MESSAGE_BYTES, TRIPS_FIRST);
        await(first, SESSIONS_FIRST * TRIPS_FIRST);
        Timing.sleep(REST);
      }
      stage.settle();
      long rssBefore = ProcessUsage.of(fresh.pids()).rssBytes();
      try (Clients clients = stage.clients(fresh)) {
        clients.roundTrips(sessions, MESSAGE_BYTES, 1);
        await(clients, sessions);
        Timing.sleep(REST);
        Window window = Window.open(fresh.pids());
        Timing.sleep(CPU_WINDOW);
        window.close();
        double grownKiB = (window.proxyRssBytes() - rssBefore) / 1024.0;
        figures.put(Metric.RSS_PER_SESSION, grownKiB / sessions);
        figures.put(Metric.IDLE_CPU, 100 * window.proxyCpuSeconds() / window.seconds());
        window.putCommon(figures);
        long missing = sessions - clients.operations();
        if (missing > 0) {
          figures.put(Metric.ERRORS, (double) missing);
        }
      }
    }
    stage.settle();
    return figures;
  }

  private static void await(Clients clients, long operations) throws InterruptedException {
    long startNs = System.nanoTime();
    while (clients.operations() < operations
        && System.nanoTime() - startNs < OPENING_MAX.toNanos()) {
      Thread.sleep(POLL_MS);
    }
  }
}
