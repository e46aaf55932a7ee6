package io.sluice.bench;

import io.sluice.bench.figures.Metric;
import io.sluice.bench.figures.Summary;
import io.sluice.bench.load.Source;
import io.sluice.bench.peer.Contender;
import io.sluice.bench.peer.Contenders;
import io.sluice.bench.workload.Timing;
import io.sluice.bench.workload.Workload;
import io.sluice.bench.workload.Workloads;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The program: chooses contenders and workloads, runs them, prints the report. */
@Command(
    name = "benchmarks/run",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Compares Sluice with HAProxy, nginx and others in one interleaved run.")
final class Bench implements Callable<Integer> {

  private static final List<String> QUICK_CONTENDERS =
      List.of("sluice-auto", "sluice-copy", "haproxy-splice", "nginx-64k", "direct");
  private static final double QUICK_SECONDS = 0.7;
  private static final double SECONDS = 2;
  private static final double QUICK_WARM_UP_SECONDS = 1.5;
  private static final double WARM_UP_SECONDS = 3;
  private static final Duration RAMP = Duration.ofMillis(250);

  @Option(names = "--quick", description = "Four workloads, five contenders, under 3 minutes.")
  private boolean quick;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description = "These workloads, or all that begin with NAME and a dash.")
  private List<String> only = List.of();

  @Option(
      names = "--contenders",
      split = ",",
      paramLabel = "NAME",
      description = "These contenders only.")
  private List<String> names = List.of();

  @Option(names = "--rounds", defaultValue = "5", description = "Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "Length of a measurement; default 2, with --quick 0.7.")
  private double seconds;

  @Option(
      names = "--warm-up",
      paramLabel = "S",
      description = "Unmeasured run of each contender before round 1; default 3, quick 1.5.")
  private double warmUpSeconds = -1;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Threads or workers of each contender; default: one a core.")
  private int threads;

  @Option(
      names = "--source",
      defaultValue = "SEND",
      description = "How bulk bytes are sent: ${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}.")
  private Source.Way source;

  @Option(names = "--sluice", paramLabel = "PATH", description = "Sluice's program.")
  private String sluice = "";

  @Option(
      names = "--haproxy",
      paramLabel = "PATH",
      defaultValue = "haproxy",
      description = "HAProxy's program; default: from PATH.")
  private String haproxy;

  @Option(names = "--save", description = "Also write the report to benchmarks/RESULTS.md.")
  private boolean save;

  @Option(names = "--list", description = "List workloads and contenders, and end.")
  private boolean list;

  @Spec private CommandSpec spec;

  private Bench() {}

  /** The one argument that the launcher adds is the system property {@code bench.folder}. */
  public static void main(String[] args) {
    System.exit(
        new CommandLine(new Bench()).setCaseInsensitiveEnumValuesAllowed(true).execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path folder = Path.of(System.getProperty("bench.folder", "benchmarks")).toAbsolutePath();
    Path program = sluice.isEmpty() ? folder.resolveSibling("sluice") : Path.of(sluice);
    List<Contender> known =
        Contenders.all(folder, program.toAbsolutePath().toString(), haproxy, threads);
    if (list) {
      return printLists(known);
    }
    List<Workload> workloads = chosenWorkloads();
    Path target = Files.createDirectories(folder.resolve("target"));
    Plan plan = new Plan(workloads, rounds, timing(), warmUp());
    try (Course course = new Course(plan, target.resolve("work"), source, this::progress)) {
      course.line(chosenContenders(known), folder.getParent());
      err().println(plan.estimate(course.stages()));
      course.run(text -> write(target.resolve("report.md"), text));
      String report = course.report();
      spec.commandLine().getOut().print(report);
      spec.commandLine().getOut().flush();
      if (save) {
        write(folder.resolve("RESULTS.md"), report);
      }
    }
    return 0;
  }

  private int printLists(List<Contender> known) {
    PrintWriter out = spec.commandLine().getOut();
    Workloads.all().forEach(w -> out.println("workload   " + w.name() + ": " + w.title()));
    for (Contender contender : known) {
      String state = contender.missing().map(m -> "MISSING: " + m).orElse(contender.description());
      out.println("contender  " + contender.name() + ": " + state);
    }
    out.flush();
    return 0;
  }

  private List<Workload> chosenWorkloads() {
    List<String> wanted = only.isEmpty() && quick ? Workloads.QUICK : only;
    for (String name : wanted) {
      if (Workloads.named(List.of(name)).isEmpty()) {
        throw new CommandLine.ParameterException(
            spec.commandLine(), "no workload is called " + name + "; see --list");
      }
    }
    return wanted.isEmpty() ? Workloads.all() : Workloads.named(wanted);
  }

  private List<Contender> chosenContenders(List<Contender> known) {
    List<String> wanted = names.isEmpty() && quick ? QUICK_CONTENDERS : names;
    Map<String, Contender> byName =
        known.stream().collect(Collectors.toMap(Contender::name, contender -> contender));
    for (String name : wanted) {
      if (!byName.containsKey(name)) {
        throw new CommandLine.ParameterException(
            spec.commandLine(), "no contender is called " + name + "; see --list");
      }
    }
    return wanted.isEmpty() ? known : new ArrayList<>(wanted.stream().map(byName::get).toList());
  }

  private Timing timing() {
    double window = seconds > 0 ? seconds : quick ? QUICK_SECONDS : SECONDS;
    return new Timing(RAMP, Duration.ofNanos((long) (window * 1e9)));
  }

  private Timing warmUp() {
    double window =
        warmUpSeconds >= 0 ? warmUpSeconds : quick ? QUICK_WARM_UP_SECONDS : WARM_UP_SECONDS;
    return new Timing(RAMP, Duration.ofNanos((long) (window * 1e9)));
  }

  private void progress(String where, Map<Metric, Double> figures) {
    String text =
        figures.entrySet().stream()
            .filter(
                figure ->
                    figure.getKey().kind() == Metric.Kind.HEADLINE
                        || figure.getKey() == Metric.ERRORS)
            .map(figure -> Summary.format(figure.getValue()) + " " + figure.getKey().label())
            .collect(Collectors.joining(", "));
    err().println(text.isEmpty() ? where : where + ": " + text);
  }

  private PrintWriter err() {
    return spec.commandLine().getErr();
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
