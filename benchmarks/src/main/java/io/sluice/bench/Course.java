package io.sluice.bench;

import io.sluice.bench.figures.Metric;
import io.sluice.bench.load.LoadLoop;
import io.sluice.bench.load.Source;
import io.sluice.bench.peer.Contender;
import io.sluice.bench.proc.SyscallCounter;
import io.sluice.bench.site.Pinning;
import io.sluice.bench.site.Scene;
import io.sluice.bench.site.Site;
import io.sluice.bench.workload.Stage;
import io.sluice.bench.workload.Timing;
import io.sluice.bench.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;

/**
 * The whole run, scene by scene, and in it by number of threads: in each, all contenders stand
 * ready from the beginning, and each workload goes round them in turn (A B C A B C …), so that
 * whatever the machine does meanwhile hits all of them alike.
 */
final class Course implements AutoCloseable {

  private static final int RESTARTS_MAX = 3;

  private final Plan plan;
  private final Pinning pinning;
  private final Path work;
  private final Source source;
  private final SyscallCounter counter;
  private final Logbook logbook;
  private final BiConsumer<String, Map<Metric, Double>> progress;
  private final List<LoadLoop> clientLoops = new ArrayList<>();
  private final List<LoadLoop> serverLoops = new ArrayList<>();
  private final LoadLoop mirrorLoop;
  private final List<Stage> stages = new ArrayList<>();
  private final Map<String, Integer> restarts = new HashMap<>();

  Course(
      Plan plan,
      Pinning pinning,
      Path work,
      Source.Way way,
      SyscallCounter counter,
      Logbook logbook,
      BiConsumer<String, Map<Metric, Double>> progress)
      throws IOException {
    this.plan = plan;
    this.pinning = pinning;
    this.work = Files.createDirectories(work);
    this.source = Source.create(work.resolve("source.bin"), way);
    this.counter = counter;
    this.logbook = logbook;
    this.progress = progress;
    int loops = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    for (int i = 0; i < loops; i++) {
      clientLoops.add(new LoadLoop("client-" + i, source));
      serverLoops.add(new LoadLoop("server-" + i, source));
    }
    mirrorLoop = new LoadLoop("mirror", source);
  }

  /** Threads of the generator on each side. */
  int loops() {
    return clientLoops.size();
  }

  /**
   * Runs the plan; figures and notes go into the logbook.
   *
   * @param lineup the contenders with so many threads each
   * @param peers the folder of templates
   * @param afterEach called after every workload
   */
  void run(IntFunction<List<Contender>> lineup, Path peers, Runnable afterEach)
      throws IOException, InterruptedException {
    for (List<Workload> workloads : plan.groups()) {
      Scene scene = workloads.get(0).scene();
      List<Contender> present = present(lineup.apply(workloads.get(0).threads()));
      String missing = scene.missing().orElse("");
      if (missing.isEmpty()) {
        try (Site site = Site.set(scene, pinning, peers, work)) {
          run(workloads, present, site, afterEach);
        }
      } else {
        List<String> names = workloads.stream().map(Workload::name).toList();
        note(String.join(", ", names) + ": skipped: " + missing);
      }
    }
  }

  @Override
  public void close() throws IOException {
    closeStages();
    clientLoops.forEach(LoadLoop::close);
    serverLoops.forEach(LoadLoop::close);
    mirrorLoop.close();
    source.close();
  }

  private List<Contender> present(List<Contender> contenders) {
    List<Contender> present = new ArrayList<>();
    for (Contender contender : contenders) {
      contender
          .missing()
          .ifPresentOrElse(
              reason -> note(contender.name() + ": " + reason), () -> present.add(contender));
    }
    return present;
  }

  private void run(
      List<Workload> workloads, List<Contender> contenders, Site site, Runnable afterEach)
      throws IOException, InterruptedException {
    try {
      for (Contender contender : contenders) {
        if (site.scene().admits(contender)) {
          set(contender, site);
        }
      }
      for (Workload workload : workloads) {
        run(workload);
        afterEach.run();
      }
    } finally {
      closeStages();
    }
  }

  private void set(Contender contender, Site site) {
    try {
      stages.add(Stage.set(contender, site, clientLoops, serverLoops, mirrorLoop));
    } catch (IOException e) {
      note(contender.name() + ": " + e.getMessage());
    }
  }

  private void run(Workload workload) throws InterruptedException {
    List<String> able = new ArrayList<>();
    for (Stage stage : stages) {
      String name = stage.contender().name();
      workload
          .unsuitable(stage)
          .ifPresentOrElse(
              reason -> note(workload.name() + " " + name + ": skipped: " + reason),
              () -> able.add(name));
    }
    if (workload.warmsUp()) {
      for (Stage stage : among(able)) {
        run(workload, stage, plan.warmUp(), "warm-up");
      }
    }
    for (int round = 1; round <= plan.rounds(); round++) {
      for (Stage stage : among(able)) {
        String what = "round " + round + "/" + plan.rounds();
        add(workload, stage, run(workload, stage, plan.timing(), what));
      }
    }
    for (Stage stage : among(able)) {
      inspect(workload, stage);
    }
  }

  private void inspect(Workload workload, Stage stage) throws InterruptedException {
    try {
      add(workload, stage, workload.inspect(stage, plan.timing(), counter));
    } catch (IOException e) {
      note(workload.name() + " inspection " + stage.contender().name() + ": " + e.getMessage());
    }
  }

  /** The stages of these contenders as they are now: one that failed may have been replaced. */
  private List<Stage> among(List<String> names) {
    return stages.stream().filter(stage -> names.contains(stage.contender().name())).toList();
  }

  private void add(Workload workload, Stage stage, Map<Metric, Double> figures) {
    if (!figures.isEmpty()) {
      logbook.results().add(workload.name(), stage.contender().name(), figures);
    }
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
      Stage again = Stage.set(contender, stage.site(), clientLoops, serverLoops, mirrorLoop);
      stages.set(index, again);
      if (workload.warmsUp()) {
        workload.run(again, plan.warmUp());
      }
    } catch (IOException e) {
      stages.remove(index);
      note(contender.name() + ": takes no further part: " + e.getMessage());
    }
  }

  private void closeStages() throws IOException {
    for (Stage stage : stages) {
      stage.close();
    }
    stages.clear();
  }

  private void note(String text) {
    logbook.note(text);
    progress.accept(text, Map.of());
  }
}
