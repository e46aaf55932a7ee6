package io.sluice.app;

import io.sluice.app.control.Answer;
import io.sluice.app.control.Answer.Verdict;
import io.sluice.app.control.ControlCall;
import io.sluice.app.control.NobodyListensException;
import io.sluice.app.log.Logging;
import io.sluice.app.reload.ConfigSource;
import io.sluice.app.reload.RunningConfig;
import io.sluice.config.ConfigDiff;
import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.config.ControlSocketConfig;
import io.sluice.config.EffectiveConfig;
import io.sluice.config.Loaded;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice reload}: asks the process that runs to read its configuration again. */
@Command(
    name = "reload",
    description = {
      "Makes the process that runs go over to its configuration file as it is now, waits for it,"
          + " and shows what has changed.",
      "",
      "Sessions go on. A configuration with errors changes nothing: they are shown, and the"
          + " process goes on with the former one. SIGHUP does the same without telling.",
      "",
      "The process is looked for at --socket, or else in $RUNTIME_DIRECTORY, at control-socket of"
          + " FILE, and at /run/sluice/control.sock."
    })
final class ReloadCommand implements Callable<Integer> {
  private static final Duration TIMEOUT_MAX = Duration.ofHours(1);

  /** Where the packaged unit has it, for who is not a part of the service. */
  private static final Path PACKAGED = Path.of("/run/sluice", ControlSocketConfig.NAME);

  @Spec private CommandSpec spec;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description =
          "The configuration that the process runs with; with --dry-run another one may be given.")
  private Path file;

  @Option(
      names = "--socket",
      paramLabel = "PATH",
      description = "The control socket of the process.")
  private Path socket;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "1m",
      converter = ReplayCommand.TimeText.class,
      description = "How long to wait for the outcome; default ${DEFAULT-VALUE}.")
  private Duration timeout;

  @Option(names = "--dry-run", description = "Shows what FILE would change, and applies nothing.")
  private boolean dryRun;

  @Override
  public Integer call() throws IOException, ConfigException {
    if (timeout.isZero() || timeout.compareTo(TIMEOUT_MAX) > 0) {
      throw new ParameterException(spec.commandLine(), "--timeout is more than 0, at most 60m");
    }
    Set<Path> tried = new LinkedHashSet<>();
    ConfigException unreadable = null;
    for (Place where : places()) {
      try {
        Optional<Path> place = where.path();
        if (place.isPresent() && tried.add(place.get())) {
          return dryRun ? compare(place.get()) : reload(place.get());
        }
      } catch (NobodyListensException e) {
        // Perhaps at the next one.
      } catch (ConfigException e) {
        if (dryRun) {
          throw e;
        }
        unreadable = e; // It does not keep the process from telling it itself.
      }
    }
    if (unreadable != null) {
      throw unreadable;
    }
    String where = tried.stream().map(Path::toString).collect(Collectors.joining(" or "));
    complain("sluice: no process listens at " + where);
    return ExitCode.NOT_RUNNING;
  }

  private interface Place {
    Optional<Path> path() throws ConfigException;
  }

  /** Where the process may listen, FILE last of what may be known: to read it takes a while. */
  private List<Place> places() {
    if (socket != null) {
      return List.of(() -> Optional.of(socket));
    }
    Optional<Path> service = ControlSocketConfig.AUTO.path(System.getenv()).map(Path::of);
    Place packaged = () -> service.isEmpty() ? Optional.of(PACKAGED) : Optional.empty();
    return file == null
        ? List.of(() -> service, packaged)
        : List.of(() -> service, this::ofFile, packaged);
  }

  private Optional<Path> ofFile() throws ConfigException {
    ControlSocketConfig own = ConfigReader.read(file).config().controlSocket();
    return own.path(Map.of()).map(Path::of);
  }

  private int reload(Path place) throws IOException {
    String request = file == null ? "reload" : "reload " + file.toAbsolutePath();
    Answer answer = ControlCall.ask(place, request, timeout);
    if (answer.verdict() == Verdict.DONE) {
      PrintWriter out = spec.commandLine().getOut();
      answer.lines().forEach(out::println);
      out.println(answer.summary());
      out.flush();
      return ExitCode.OK;
    }
    answer.lines().forEach(this::complain);
    complain("sluice: " + answer.summary());
    return answer.verdict() == Verdict.INVALID ? ExitCode.USAGE : ExitCode.FAILURE;
  }

  private RunningConfig running(Path place) throws IOException {
    Answer answer = ControlCall.ask(place, "config", timeout);
    if (answer.verdict() != Verdict.DONE) {
      throw new IOException("the process at " + place + ": " + answer.summary());
    }
    return RunningConfig.of(answer.lines());
  }

  private int compare(Path place) throws IOException, ConfigException {
    RunningConfig running = running(place);
    Path wanted = file != null ? file : running.file().orElse(null);
    if (wanted == null) {
      throw new IOException(
          "the process at " + place + " runs without a configuration file: -c FILE is needed");
    }
    Loaded loaded = new ConfigSource(wanted, running.overrides(), LoopOptions.ORIGIN).load();
    loaded.warnings().forEach(warning -> complain("warning: " + warning));
    ConfigDiff diff = ConfigDiff.between(running.effective(), EffectiveConfig.of(loaded));
    PrintWriter out = spec.commandLine().getOut();
    diff.lines().forEach(out::println);
    out.println(wanted + ": " + diff.count() + ", nothing applied");
    out.flush();
    return ExitCode.OK;
  }

  private void complain(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(Logging.errorPrefix() + line);
    err.flush();
  }
}
