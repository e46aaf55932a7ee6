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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
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
      "The process is looked for at --socket, or else at control-socket of FILE, in"
          + " $RUNTIME_DIRECTORY, and at /run/sluice/control.sock."
    })
final class ReloadCommand implements Callable<Integer> {
  private static final Duration TIMEOUT_MAX = Duration.ofHours(1);

  /** Where the packaged unit has it, for who is not a part of the service. */
  private static final String PACKAGED = "/run/sluice/" + ControlSocketConfig.NAME;

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

  /** Why FILE does not tell where the process listens; null where it does. */
  private ConfigException unreadable;

  @Override
  public Integer call() throws IOException, ConfigException {
    if (timeout.isZero() || timeout.compareTo(TIMEOUT_MAX) > 0) {
      throw new ParameterException(spec.commandLine(), "--timeout is more than 0, at most 60m");
    }
    Set<Path> places = places();
    for (Path place : places) {
      try {
        return dryRun ? compare(place) : reload(place);
      } catch (NobodyListensException e) {
        // Perhaps at the next one.
      }
    }
    if (unreadable != null) {
      throw unreadable;
    }
    String where = places.stream().map(Path::toString).collect(Collectors.joining(" or "));
    complain("sluice: no process listens at " + where);
    return ExitCode.NOT_RUNNING;
  }

  /** Where the process may listen. A FILE with errors does not keep it from telling them itself. */
  private Set<Path> places() {
    if (socket != null) {
      return Set.of(socket);
    }
    Set<Path> places = new LinkedHashSet<>();
    if (file != null) {
      try {
        ControlSocketConfig own = ConfigReader.read(file).config().controlSocket();
        own.path(Map.of()).map(Path::of).ifPresent(places::add);
      } catch (ConfigException e) {
        unreadable = e;
      }
    }
    Optional<String> service = ControlSocketConfig.AUTO.path(System.getenv());
    service.map(Path::of).ifPresent(places::add);
    if (service.isEmpty()) {
      places.add(Path.of(PACKAGED));
    }
    return places;
  }

  private int reload(Path place) throws IOException {
    if (file != null) {
      requireSame(place);
    }
    Answer answer = ControlCall.ask(place, "reload", timeout);
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

  /** A process reloads what it was started with, and nothing else. */
  private void requireSame(Path place) throws IOException {
    Optional<Path> theirs = running(place).file();
    if (theirs.isPresent() && !isSame(theirs.get(), file)) {
      throw new IOException(
          "the process at " + place + " runs " + theirs.get() + ", not " + file + ": not reloaded");
    }
  }

  private static boolean isSame(Path one, Path other) throws IOException {
    return one.equals(other.toAbsolutePath())
        || (Files.exists(one) && Files.exists(other) && Files.isSameFile(one, other));
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
