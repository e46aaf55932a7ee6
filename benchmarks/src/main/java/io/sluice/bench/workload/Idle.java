package io.sluice.bench.workload;

import io.sluice.bench.figures.Metric;
import io.sluice.bench.load.Clients;
import io.sluice.bench.peer.Running;
import io.sluice.bench.proc.JavaHeap;
import io.sluice.bench.proc.Machine;
import io.sluice.bench.proc.ProcessUsage;
import io.sluice.bench.proc.SyscallCounter;
import io.sluice.bench.site.Scene;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Open sessions that say nothing: memory a session and CPU at rest.
 *
 * <p>Every run has a process of its own, because memory that an allocator kept from the round
 * before would hide what a session costs. A few sessions first load code and pools. What the
 * process's own memory grows by after that is what the sessions cost, garbage and slack included.
 */
record Idle(int sessions) implements Workload {

  private static final int SESSIONS_FIRST = 10;
  private static final int TRIPS_FIRST = 20;
  private static final int MESSAGE_BYTES = 64;
  private static final Duration OPENING_MAX = Duration.ofSeconds(10);

  /** Silence: at first what opening left over, then what is measured. */
  private static final Duration REST = Duration.ofMillis(500);

  private static final Duration CPU_WINDOW = Duration.ofSeconds(1);
  private static final int POLL_MS = 10;

  /** A process is at rest when its memory hardly changes, and is not waited for longer. */
  private static final long STEADY_BYTES = 64 << 10;

  private static final int STEADY_POLL_MS = 50;
  private static final int STEADY_POLLS_MAX = 10;

  /** Descriptors of one session in the generator, which is both of its ends. */
  private static final int ENDS = 2;

  private static final int DESCRIPTORS_ELSE = 500;
  private static final double BYTES_PER_KIB = 1024;

  @Override
  public String name() {
    return "idle-" + sessions;
  }

  @Override
  public String title() {
    return sessions
        + " open sessions, one round trip of 64 B each, then silence for 1.5 s, in a fresh process";
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
    try (Running fresh = start(stage)) {
      long bytesBefore = steadyMemory(fresh.pids());
      try (Clients clients = stage.clients(fresh)) {
        long open = open(clients, sessions, 1);
        Timing.sleep(REST);
        Window window = Window.open(fresh.pids());
        Timing.sleep(CPU_WINDOW);
        window.close();
        double grown = ProcessUsage.ownMemoryBytes(fresh.pids()) - bytesBefore;
        figures.put(Metric.MEMORY_PER_SESSION, grown / BYTES_PER_KIB / open);
        figures.put(Metric.IDLE_CPU, 100 * window.proxyCpuSeconds() / window.seconds());
        window.putCommon(figures);
        if (open < sessions) {
          figures.put(Metric.ERRORS, (double) sessions - open);
        }
      }
    }
    stage.settle();
    return figures;
  }

  /** Of a JVM, what of its heap the sessions hold; collecting would spoil a measured run. */
  @Override
  public Map<Metric, Double> inspect(Stage stage, Timing timing, SyscallCounter counter)
      throws IOException, InterruptedException {
    Map<Metric, Double> figures = new EnumMap<>(Metric.class);
    List<Long> pids = stage.running().pids();
    if (pids.isEmpty() || !JavaHeap.isJava(pids.get(0))) {
      return figures;
    }
    try (Running fresh = start(stage)) {
      long pid = fresh.pids().get(0);
      Optional<Long> before = JavaHeap.liveBytes(pid);
      try (Clients clients = stage.clients(fresh)) {
        long open = open(clients, sessions, 1);
        Optional<Long> after = JavaHeap.liveBytes(pid);
        if (before.isPresent() && after.isPresent()) {
          double grown = after.get() - before.get();
          figures.put(Metric.LIVE_HEAP_PER_SESSION, grown / BYTES_PER_KIB / open);
        }
      }
    }
    stage.settle();
    return figures;
  }

  /** A process that has had its first sessions and has none now. */
  private static Running start(Stage stage) throws IOException, InterruptedException {
    Running fresh = stage.another();
    try (Clients first = stage.clients(fresh)) {
      open(first, SESSIONS_FIRST, TRIPS_FIRST);
    } catch (IOException | InterruptedException e) {
      fresh.close();
      throw e;
    }
    stage.settle();
    return fresh;
  }

  /** Opens sessions and waits for their round trips: how many sessions have had all of them. */
  private static long open(Clients clients, int sessions, int trips)
      throws IOException, InterruptedException {
    clients.roundTrips(sessions, MESSAGE_BYTES, trips);
    long startNs = System.nanoTime();
    while (clients.operations() < (long) sessions * trips
        && System.nanoTime() - startNs < OPENING_MAX.toNanos()) {
      Thread.sleep(POLL_MS);
    }
    long open = clients.operations() / trips;
    if (open == 0) {
      throw new IOException("none of " + sessions + " sessions was answered");
    }
    return open;
  }

  private static long steadyMemory(List<Long> pids) throws IOException, InterruptedException {
    long bytes = ProcessUsage.ownMemoryBytes(pids);
    for (int i = 0; i < STEADY_POLLS_MAX; i++) {
      Thread.sleep(STEADY_POLL_MS);
      long before = bytes;
      bytes = ProcessUsage.ownMemoryBytes(pids);
      if (Math.abs(bytes - before) < STEADY_BYTES) {
        break;
      }
    }
    return bytes;
  }
}
