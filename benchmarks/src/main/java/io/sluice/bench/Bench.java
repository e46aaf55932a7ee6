package io.sluice.bench;

import io.sluice.bench.chart.Charts;
import io.sluice.bench.figures.Metric;
import io.sluice.bench.figures.Results;
import io.sluice.bench.figures.Summary;
import io.sluice.bench.load.Clients;
import io.sluice.bench.methods.MethodTable;
import io.sluice.bench.methods.Methods;
import io.sluice.bench.peer.Contender;
import io.sluice.bench.peer.Contenders;
import io.sluice.bench.proc.SyscallCounter;
import io.sluice.bench.report.Environment;
import io.sluice.bench.report.Method;
import io.sluice.bench.report.Report;
import io.sluice.bench.site.BusyNeighbours;
import io.sluice.bench.site.OwnNetwork;
import io.sluice.bench.site.Pinning;
import io.sluice.bench.workload.Workload;
import io.sluice.bench.workload.Workloads;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The program: chooses contenders and workloads, runs them, prints the report. */
@Command(
    name = "benchmarks/run",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Compares Sluice with HAProxy, nginx and others in one interleaved run.")
final class Bench implements Callable<Integer> {

  @Mixin private Settings settings;

  @Spec private CommandSpec spec;

  private Bench() {}

  /** The launcher adds the system properties {@code bench.folder} and {@code bench.own-network}. */
  public static void main(String[] args) {
    System.exit(
        new CommandLine(new Bench())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setParameterExceptionHandler(Bench::refuse)
            .execute(args));
  }

  private static int refuse(CommandLine.ParameterException refused, String[] args) {
    CommandLine line = refused.getCommandLine();
    line.getErr().println(refused.getMessage());
    return line.getCommandSpec().exitCodeOnInvalidInput();
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path folder = Path.of(System.getProperty("bench.folder", "benchmarks")).toAbsolutePath();
    // First of all: a contender may look at the network when it is asked whether it is there.
    Optional<String> network = OwnNetwork.prepare();
    if (settings.list) {
      return printLists(contenders(folder, settings.threads()));
    }
    settings.pinning().pinLoad();
    if (settings.primitives()) {
      Primitives.run(settings.rounds, settings.seconds(), folder.resolve("target"));
    }
    if (!settings.workloads().isEmpty() || settings.methods()) {
      try (BusyNeighbours unused = BusyNeighbours.start(settings.busy())) {
        compare(folder, network);
      }
    }
    return 0;
  }

  /** Everybody, each with so many threads or workers; 0 for each one's default. */
  private List<Contender> contenders(Path folder, int threads) {
    Path program =
        settings.sluice.isEmpty() ? folder.resolveSibling("sluice") : Path.of(settings.sluice);
    return Contenders.all(folder, program.toAbsolutePath().toString(), settings.haproxy, threads);
  }

  private List<Contender> lineup(Path folder, int threads) {
    return settings.contenders(contenders(folder, threads == 0 ? settings.threads() : threads));
  }

  private void compare(Path folder, Optional<String> network)
      throws IOException, InterruptedException {
    Path target = Files.createDirectories(folder.resolve("target"));
    Path kept = target.resolve("results.csv");
    List<Contender> contenders = lineup(folder, 0);
    Map<String, String> environment = Environment.read(folder.getParent());
    Logbook logbook = logbook(kept, conditions(environment, contenders));
    network.ifPresent(logbook::note);
    Plan plan = plan(logbook);
    if (!plan.workloads().isEmpty()) {
      logbook.addPart(Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
      err().println(plan.estimate(contenders));
    }
    SyscallCounter counter = SyscallCounter.find();
    try (Course course =
        new Course(
            plan,
            settings.pinning(),
            target.resolve("work"),
            settings.source,
            counter,
            logbook,
            this::progress)) {
      Method method = method(course.loops(), counter, logbook.parts());
      boolean onlyMethods = plan.workloads().isEmpty() && logbook.results().workloads().isEmpty();
      Report report = report(environment, onlyMethods ? List.of() : contenders, method, logbook);
      course.run(
          threads -> lineup(folder, threads),
          folder.resolve("peers"),
          () -> {
            keep(logbook, kept);
            write(target.resolve("report.md"), report.render(logbook.results()));
          });
      MethodTable methods = settings.methods() ? measureMethods(target) : null;
      if (!plan.workloads().isEmpty()) {
        keep(logbook, kept);
      }
      publish(folder, report.render(logbook.results()), logbook.results(), methods);
    }
  }

  /** A new one, or with --continue the one that was kept, if it was made under these conditions. */
  private Logbook logbook(Path kept, Map<String, String> conditions) throws IOException {
    if (!settings.goOn) {
      return Logbook.begin(conditions);
    }
    if (!Files.exists(kept)) {
      throw settings.refused("nothing to continue: there is no " + kept);
    }
    Logbook logbook = Logbook.read(kept);
    List<String> differences = logbook.differences(conditions);
    if (!differences.isEmpty()) {
      throw settings.refused(
          kept
              + " cannot be continued, because it was measured otherwise:\n  "
              + String.join("\n  ", differences));
    }
    return logbook;
  }

  /** What two parts of a run must have in common. */
  private Map<String, String> conditions(
      Map<String, String> environment, List<Contender> contenders) {
    Map<String, String> conditions = new LinkedHashMap<>(environment);
    conditions.remove(Environment.LOAD);
    conditions.putAll(settings.conditions());
    conditions.put("network", networkSentence());
    contenders.forEach(
        contender ->
            conditions.put(
                "contender " + contender.name(),
                contender.missing().orElseGet(contender::description)));
    return conditions;
  }

  private Plan plan(Logbook logbook) {
    List<Workload> open =
        settings.workloads().stream()
            .filter(workload -> !logbook.results().workloads().contains(workload.name()))
            .toList();
    return new Plan(open, settings.rounds, settings.timing(), settings.warmUp());
  }

  private MethodTable measureMethods(Path target) throws IOException {
    return Methods.measure(
        target.resolve("work"), settings.rounds, settings.methodWindow(), err()::println);
  }

  /** Prints and keeps the report; its charts lie beside it. */
  private void publish(Path folder, String tables, Results results, MethodTable methods)
      throws IOException {
    String text = methods == null ? tables : tables + methods.render();
    Path target = folder.resolve("target");
    Map<String, String> charts = Charts.draw(results, methods, target.resolve("charts"));
    write(target.resolve("report.md"), text + Report.charts(charts, "charts"));
    spec.commandLine().getOut().print(text);
    spec.commandLine().getOut().flush();
    if (settings.save) {
      Path kept = Files.createDirectories(folder.resolve("results"));
      Charts.draw(results, methods, kept);
      write(folder.resolve("RESULTS.md"), text + Report.charts(charts, "results"));
    }
  }

  private static Report report(
      Map<String, String> environment, List<Contender> contenders, Method method, Logbook logbook) {
    Map<String, String> descriptions = new LinkedHashMap<>();
    contenders.stream()
        .filter(contender -> contender.missing().isEmpty())
        .forEach(contender -> descriptions.put(contender.name(), contender.description()));
    Map<String, String> titles = new LinkedHashMap<>();
    Workloads.all().forEach(workload -> titles.put(workload.name(), workload.title()));
    return new Report(
        environment,
        method.sentences(),
        descriptions,
        contenders.stream()
            .filter(Contender::isSluice)
            .map(Contender::name)
            .collect(Collectors.toUnmodifiableSet()),
        titles,
        logbook.notes());
  }

  private Method method(int loops, SyscallCounter counter, List<String> parts) {
    return new Method(
        settings.rounds,
        settings.timing(),
        settings.warmUp(),
        loops,
        settings.source.call(),
        Clients.wayOfDiscarding(),
        counter.way(),
        pinningSentence(),
        settings.busy(),
        networkSentence(),
        parts);
  }

  private String pinningSentence() {
    Pinning pinning = settings.pinning();
    return pinning.isNone()
        ? ""
        : "Pinned with taskset(1), alike for all: every contender to CPU "
            + pinning.proxyCpus()
            + " with "
            + settings.threads()
            + " thread(s) or worker(s); clients, servers and load tools to CPU "
            + pinning.loadCpus()
            + ".";
  }

  private static String networkSentence() {
    return OwnNetwork.exists()
        ? "Everything goes over the loopback of a network namespace of the run's own, or over a"
            + " veth pair from there to another; congestion control is "
            + OwnNetwork.congestionControl()
            + " in both, segmentation offloads are as the kernel sets them."
        : "Everything goes over the machine's own loopback and with its congestion control.";
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

  private static void keep(Logbook logbook, Path file) {
    try {
      logbook.keep(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
