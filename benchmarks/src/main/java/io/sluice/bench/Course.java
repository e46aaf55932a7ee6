package io.sluice.bench;

import io.sluice.bench.figures.Metric;
import io.sluice.bench.figures.Results;
import io.sluice.bench.load.Clients;
import io.sluice.bench.load.LoadLoop;
import io.sluice.bench.load.Source;
import io.sluice.bench.peer.Contender;
import io.sluice.bench.report.Environment;
import io.sluice.bench.report.Report;
import io.sluice.bench.workload.Stage;
import io.sluice.bench.workload.Timing;
import io.sluice.bench.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The whole run: all contenders stand ready from the beginning, and each workload goes round them
 * in turn (A B C A B C …), so that whatever the machine does meanwhile hits all of them alike.
 */
final class Course implements AutoCloseable {

  private static final int RESTARTS_MAX = 3;

  private final Plan plan;
  private final Path work;
  private final Source.Way way;
  private final Source source;
  private final BiConsumer<String, Map<Metric, Double>> progress;
  private final List<LoadLoop> clientLoops = new ArrayList<>();
  private final List<LoadLoop> serverLoops = new ArrayList<>();
  private final List<Stage> stages = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final Map<String, Integer> restarts = new HashMap<>();
  private final Results results = new Results();
  private Report report;

  Course(Plan plan, Path work, Source.Way way, BiConsumer<String, Map<Metric, Double>> progress)
      throws IOException {
    this.plan = plan;
    this.work = Files.createDirectories(work);
    this.way = way;
    this.source = Source.create(work.resolve("source.bin"), way);
    this.progress = progress;
    int loops = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    for (int i = 0; i < loops; i++) {
      clientLoops.add(new LoadLoop("client-" + i, source));
      serverLoops.add(new LoadLoop("server-" + i, source));
    }
  }

  /** Starts the contenders that are there and notes the others. */
  void line(List<Contender> contenders, Path repository) {
    Map<String, String> environment = Environment.read(repository);
    Map<String, String> descriptions = new LinkedHashMap<>();
    Set<String> ours = new LinkedHashSet<>();
    for (Contender contender : contenders) {
      String reason = contender.missing().orElse(null);
      if (reason == null) {
        try {
          stages.add(Stage.set(contender, clientLoops, serverLoops, work));
          descriptions.put(contender.name(), contender.description());
        } catch (IOException e) {
          reason = e.getMessage();
        }
      }
      if (reason != null) {
        note(contender.name() + ": " + reason);
      }
      if (contender.isSluice()) {
        ours.add(contender.name());
      }
    }
    Map<String, String> titles = new LinkedHashMap<>();
    plan.workloads().forEach(workload -> titles.put(workload.name(), workload.title()));
    report = new Report(environment, method(), descriptions, ours, titles, notes);
  }

  /** The number of contenders that are running. */
  int stages() {
    return stages.size();
  }

  /** Runs the plan; {@code afterEach} gets the report so far after every workload. */
  void run(Consumer<String> afterEach) throws InterruptedException {
    for (Workload workload : plan.workloads()) {
      if (workload.warmsUp()) {
        for (Stage stage : List.copyOf(stages)) {
          run(workload, stage, plan.warmUp(), "warm-up");
        }
      }
      for (int round = 1; round <= plan.rounds(); round++) {
        for (Stage stage : List.copyOf(stages)) {
          Map<Metric, Double> figures =
              run(workload, stage, plan.timing(), "round " + round + "/" + plan.rounds());
          if (!figures.isEmpty()) {
            results.add(workload.name(), stage.contender().name(), figures);
          }
        }
      }
      afterEach.accept(report());
    }
  }

  String report() {
    return report.render(results);
  }

  @Override
  public void close() throws IOException {
    for (Stage stage : stages) {
      stage.close();
    }
    clientLoops.forEach(LoadLoop::close);
    serverLoops.forEach(LoadLoop::close);
    source.close();
  }

  /** A contender that fails or has ended is started again, a few times. */
  private Map<Metric, Double> run(Workload workload, Stage stage, Timing timing, String what)
      throws InterruptedException {
    String name = stage.contender().name();
    String where = workload.name() + " " + what + " " + name;
    try {
      Map<Metric, Double> figures = workload.run(stage, timing);
      if (!stage.running().isAlive()) {
        throw new IOException("the process has ended");
      }
      progress.accept(where, figures);
      return figures;
    } catch (IOException e) {
      note(where + ": " + e.getMessage());
      restart(stage, workload);
      return Map.of();
    }
  }

  private void restart(Stage stage, Workload workload) throws InterruptedException {
    Contender contender = stage.contender();
    int index = stages.indexOf(stage);
    int count = restarts.merge(contender.name(), 1, Integer::sum);
    try {
      stage.close();
      if (count > RESTARTS_MAX) {
        throw new IOException("failed " + count + " times");
      }
      Stage again = Stage.set(contender, clientLoops, serverLoops, work);
      stages.set(index, again);
      if (workload.warmsUp()) {
        workload.run(again, plan.warmUp());
      }
    } catch (IOException e) {
      stages.remove(index);
      note(contender.name() + ": takes no further part: " + e.getMessage());
    }
  }

  private void note(String text) {
    notes.add(text);
    progress.accept(text, Map.of());
  }

  private List<String> method() {
    double warmUpS = plan.warmUp().window().toMillis() / 1e3;
    double windowS = plan.timing().window().toMillis() / 1e3;
    return List.of(
        String.format(
            Locale.ROOT,
            "%d rounds, interleaved (A B C A B C …); each cell is median [min..max]; windows of"
                + " %.1f s after a ramp of %.2f s.",
            plan.rounds(),
            windowS,
            plan.timing().ramp().toMillis() / 1e3),
        String.format(
            Locale.ROOT,
            "Before the first round of a workload every contender, compiled or not, has the same"
                + " unmeasured warm-up of it: %.1f s.",
            warmUpS),
        String.format(
            Locale.ROOT,
            "Client and server are %d + %d threads of one other process on the same machine;"
                + " everything goes over 127.0.0.1; bulk is sent with %s and discarded with %s.",
            clientLoops.size(),
            serverLoops.size(),
            way == Source.Way.SENDFILE ? "sendfile(2) from the page cache" : "send(2)",
            Clients.wayOfDiscarding()),
        "Proxy CPU is the sum of /proc/PID/task/*/schedstat over all the contender's processes;"
            + " kernel work on loopback is charged to whoever caused it. \"load\" is the"
            + " generator's CPU, \"machine\" everybody's by /proc/stat; \"others\" is what remains:"
            + " other programs and interrupts. Where it is large the round was disturbed.",
        "Round trips and connections are closed loops: the tail of a latency is a lower bound.",
        "Idle memory is resident memory of the process alone; socket buffers in the kernel are not"
            + " in it. Pages shared by several workers count once for each.");
  }
}
