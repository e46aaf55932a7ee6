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
        new CommandLine(new Bench()).setCaseInsensitiveEnumValuesAllowed(true).execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path folder = Path.of(System.getProperty("bench.folder", "benchmarks")).toAbsolutePath();
    Path program =
        settings.sluice.isEmpty() ? folder.resolveSibling("sluice") : Path.of(settings.sluice);
    List<Contender> known =
        Contenders.all(
            folder, program.toAbsolutePath().toString(), settings.haproxy, settings.threads());
    if (settings.list) {
      return printLists(known);
    }
    Optional<String> network = OwnNetwork.prepare();
    settings.pinning().pinLoad();
    if (settings.primitives()) {
      Primitives.run(settings.rounds, settings.seconds(), folder.resolve("target"));
    }
    List<Workload> workloads = settings.workloads();
    if (!workloads.isEmpty() || settings.methods()) {
      List<Contender> contenders = workloads.isEmpty() ? List.of() : settings.contenders(known);
      compare(folder, contenders, workloads, network);
    }
    return 0;
  }

  private void compare(
      Path folder, List<Contender> contenders, List<Workload> workloads, Optional<String> network)
      throws IOException, InterruptedException {
    Path target = Files.createDirectories(folder.resolve("target"));
    Plan plan = new Plan(workloads, settings.rounds, settings.timing(), settings.warmUp());
    if (!workloads.isEmpty()) {
      err().println(plan.estimate(contenders.size()));
    }
    SyscallCounter counter = SyscallCounter.find();
    try (Course course =
        new Course(
            plan,
            settings.pinning(),
            target.resolve("work"),
            settings.source,
            counter,
            this::progress)) {
      network.ifPresent(course.notes()::add);
      Report report = report(folder, contenders, workloads, course, counter);
      course.run(
          contenders,
          folder.resolve("peers"),
          () -> write(target.resolve("report.md"), report.render(course.results())));
      MethodTable methods = settings.methods() ? measureMethods(target) : null;
      publish(folder, report.render(course.results()), course.results(), methods);
    }
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

  private Report report(
      Path folder,
      List<Contender> contenders,
      List<Workload> workloads,
      Course course,
      SyscallCounter counter) {
    Map<String, String> descriptions = new LinkedHashMap<>();
    contenders.stream()
        .filter(contender -> contender.missing().isEmpty())
        .forEach(contender -> descriptions.put(contender.name(), contender.description()));
    Map<String, String> titles = new LinkedHashMap<>();
    workloads.forEach(workload -> titles.put(workload.name(), workload.title()));
    Method method =
        new Method(
            settings.rounds,
            settings.timing(),
            settings.warmUp(),
            course.loops(),
            settings.source.call(),
            Clients.wayOfDiscarding(),
            counter.way(),
            pinningSentence(),
            networkSentence());
    return new Report(
        Environment.read(folder.getParent()),
        method.sentences(),
        descriptions,
        contenders.stream()
            .filter(Contender::isSluice)
            .map(Contender::name)
            .collect(Collectors.toUnmodifiableSet()),
        titles,
        course.notes());
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

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
