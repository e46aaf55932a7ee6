package io.sluice.bench;

import io.sluice.bench.load.Source;
import io.sluice.bench.peer.Contender;
import io.sluice.bench.site.Pinning;
import io.sluice.bench.site.Scene;
import io.sluice.bench.workload.Timing;
import io.sluice.bench.workload.Workload;
import io.sluice.bench.workload.Workloads;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command line, and what follows from it. */
final class Settings {

  private static final List<String> QUICK_CONTENDERS =
      List.of("sluice-auto", "sluice-copy", "haproxy-splice", "nginx-64k", "c-splice", "direct");
  private static final double QUICK_SECONDS = 0.4;
  private static final double SECONDS = 2;
  private static final double QUICK_WARM_UP_SECONDS = 1;
  private static final double WARM_UP_SECONDS = 3;
  private static final double METHOD_SECONDS = 0.4;
  private static final Duration QUICK_RAMP = Duration.ofMillis(150);
  private static final Duration RAMP = Duration.ofMillis(250);

  @Option(names = "--quick", description = "Four workloads, six contenders, under 3 minutes.")
  boolean quick;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description =
          "These workloads, or all that begin with NAME and a dash; methods: the zero-copy table;"
              + " jmh: the hot primitives.")
  private List<String> only = List.of();

  @Option(
      names = "--contenders",
      split = ",",
      paramLabel = "NAME",
      description = "These contenders only.")
  private List<String> names = List.of();

  @Option(names = "--rounds", defaultValue = "5", description = "Default: ${DEFAULT-VALUE}.")
  int rounds;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "Length of a measurement; default 2, with --quick 0.4.")
  private double seconds;

  @Option(
      names = "--warm-up",
      paramLabel = "S",
      description = "Unmeasured run of each contender before round 1; default 3, quick 1.")
  private double warmUpSeconds = -1;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Threads or workers of each contender; default: one a core, one with --pin.")
  private int threads;

  @Option(
      names = "--pin",
      arity = "0..1",
      paramLabel = "PROXY:LOAD",
      defaultValue = "",
      fallbackValue = "0:1",
      description = "Pins every contender and the generator to CPUs; without a value 0:1.")
  private String pin;

  @Option(
      names = "--busy",
      paramLabel = "N",
      defaultValue = "0",
      description = "So many processes that only compute, beside all that is measured; default 0.")
  private int busy;

  @Option(
      names = "--source",
      defaultValue = "SEND",
      description = "How bulk bytes are sent: ${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}.")
  Source.Way source;

  @Option(names = "--sluice", paramLabel = "PATH", description = "Sluice's program.")
  String sluice = "";

  @Option(
      names = "--haproxy",
      paramLabel = "PATH",
      defaultValue = "haproxy",
      description = "HAProxy's program; default: from PATH.")
  String haproxy;

  @Option(
      names = "--save",
      description = "Also write the report to benchmarks/RESULTS.md and its charts to results/.")
  boolean save;

  @Option(
      names = "--continue",
      description =
          "Take up target/results.csv: measure only workloads that it lacks, report all of them.")
  boolean goOn;

  @Option(names = "--list", description = "List workloads and contenders, and end.")
  boolean list;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /** Threads or workers for each contender; 0 for each one's default. */
  int threads() {
    return threads == 0 && !pinning().isNone() ? 1 : threads;
  }

  int busy() {
    if (busy < 0) {
      throw refused("--busy is a number of processes, 0 or more, not " + busy);
    }
    return busy;
  }

  Pinning pinning() {
    try {
      return pin.isEmpty() ? Pinning.NONE : Pinning.parse(pin);
    } catch (IllegalArgumentException e) {
      throw refused(e.getMessage());
    }
  }

  /** True for the JMH benchmarks, which only run when they are asked for. */
  boolean primitives() {
    return only.contains("jmh");
  }

  /** True for the zero-copy table, which is part of a full run. */
  boolean methods() {
    return only.contains("methods") || (only.isEmpty() && !quick);
  }

  List<Workload> workloads() {
    List<String> wanted =
        only.isEmpty() && quick
            ? Workloads.QUICK
            : only.stream().filter(name -> !name.equals("methods") && !name.equals("jmh")).toList();
    for (String name : wanted) {
      if (Workloads.named(List.of(name)).isEmpty()) {
        throw refused("no workload is called " + name + "; see --list");
      }
    }
    return only.isEmpty() && !quick ? Workloads.all() : Workloads.named(wanted);
  }

  private boolean isForMirrors(Contender contender) {
    return Scene.MIRROR.admits(contender)
        && workloads().stream().anyMatch(workload -> workload.scene() == Scene.MIRROR);
  }

  List<Contender> contenders(List<Contender> known) {
    if (names.isEmpty() && quick) {
      return known.stream()
          .filter(c -> QUICK_CONTENDERS.contains(c.name()) || isForMirrors(c))
          .toList();
    }
    Map<String, Contender> byName =
        known.stream().collect(Collectors.toMap(Contender::name, contender -> contender));
    for (String name : names) {
      if (!byName.containsKey(name)) {
        throw refused("no contender is called " + name + "; see --list");
      }
    }
    return names.isEmpty() ? known : names.stream().map(byName::get).toList();
  }

  Timing timing() {
    double window = seconds > 0 ? seconds : quick ? QUICK_SECONDS : SECONDS;
    return timing(window);
  }

  Timing warmUp() {
    return timing(
        warmUpSeconds >= 0 ? warmUpSeconds : quick ? QUICK_WARM_UP_SECONDS : WARM_UP_SECONDS);
  }

  /** What has to be the same in all parts of a run; contenders and machine aside. */
  Map<String, String> conditions() {
    Map<String, String> conditions = new LinkedHashMap<>();
    conditions.put("rounds", Integer.toString(rounds));
    conditions.put("seconds", seconds(timing().window()));
    conditions.put("ramp", seconds(timing().ramp()));
    conditions.put("warm-up", seconds(warmUp().window()));
    conditions.put("threads", threads() == 0 ? "default" : Integer.toString(threads()));
    conditions.put("pin", pin.isEmpty() ? "none" : pin);
    conditions.put("busy", Integer.toString(busy()));
    conditions.put("source", source.call());
    conditions.put("sluice", sluice.isEmpty() ? "default" : sluice);
    return conditions;
  }

  private static String seconds(Duration duration) {
    return Double.toString(duration.toNanos() / 1e9);
  }

  /** How long a JMH iteration takes. */
  double seconds() {
    return seconds > 0 ? seconds : 1;
  }

  /** How long each way of the zero-copy table is measured in a round. */
  Duration methodWindow() {
    return Duration.ofNanos((long) ((seconds > 0 ? seconds : METHOD_SECONDS) * 1e9));
  }

  private Timing timing(double window) {
    return new Timing(quick ? QUICK_RAMP : RAMP, Duration.ofNanos((long) (window * 1e9)));
  }

  /** What ends the program with a message about its options. */
  CommandLine.ParameterException refused(String text) {
    return new CommandLine.ParameterException(spec.commandLine(), text);
  }
}
