package io.sluice.app;

import io.sluice.app.control.Answer;
import io.sluice.app.control.Answer.Verdict;
import io.sluice.app.control.ControlCall;
import io.sluice.app.control.NobodyListensException;
import io.sluice.app.log.Logging;
import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.config.ControlSocketConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The options of a command that asks the process that runs, and the way to it: {@code --socket}, or
 * else {@code $RUNTIME_DIRECTORY}, {@code control-socket} of FILE, and where the packaged unit has
 * it. The first at which a process listens is asked.
 */
final class ProcessOptions {
  private static final Duration TIMEOUT_MAX = Duration.ofHours(1);

  /** Where the packaged unit has it, for who is not a part of the service. */
  private static final Path PACKAGED = Path.of("/run/sluice", ControlSocketConfig.NAME);

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "The configuration that the process runs with.")
  private Path file;

  @Option(
      names = "--socket",
      paramLabel = "PATH",
      description =
          "The control socket of the process. Without it, it is looked for in $RUNTIME_DIRECTORY,"
              + " at control-socket of FILE, and at /run/sluice/control.sock.")
  private Path socket;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "1m",
      converter = ReplayCommand.TimeText.class,
      description = "How long to wait for the answer; default ${DEFAULT-VALUE}.")
  private Duration timeout;

  /** What is to be done with the process behind a control socket. */
  @FunctionalInterface
  interface Deed {
    /**
     * Does it.
     *
     * @return the exit code
     * @throws NobodyListensException when there is no process: perhaps there is one elsewhere
     */
    int with(Path socket) throws IOException, ConfigException;
  }

  private interface Place {
    Optional<Path> path() throws ConfigException;
  }

  /** FILE, where there is one. */
  Optional<Path> file() {
    return Optional.ofNullable(file);
  }

  /**
   * Does {@code deed} with the process that runs.
   *
   * @return its exit code, or that of no process
   * @throws ConfigException also when there is no process, and FILE does not tell where one may be
   */
  int onProcess(Deed deed) throws IOException, ConfigException {
    if (timeout.isZero() || timeout.compareTo(TIMEOUT_MAX) > 0) {
      throw new ParameterException(spec.commandLine(), "--timeout is more than 0, at most 60m");
    }
    Set<Path> tried = new LinkedHashSet<>();
    ConfigException unreadable = null;
    for (Place where : places()) {
      Optional<Path> place = Optional.empty();
      try {
        place = where.path();
      } catch (ConfigException e) {
        unreadable = e; // It does not keep the process from telling it itself.
      }
      if (place.isPresent() && tried.add(place.get())) {
        try {
          return deed.with(place.get());
        } catch (NobodyListensException e) {
          // Perhaps at the next one.
        }
      }
    }
    if (unreadable != null) {
      throw unreadable;
    }
    String where = tried.stream().map(Path::toString).collect(Collectors.joining(" or "));
    complain("sluice: no process listens at " + where);
    return ExitCode.NOT_RUNNING;
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

  /** The answer of the process at {@code place} to one request. */
  Answer ask(Path place, String request) throws IOException {
    return ControlCall.ask(place, request, timeout);
  }

  /**
   * As {@link #askAndShow}, of a process that runs FILE where one is given: another one may have
   * servers of the same names.
   */
  int askOwnAndShow(Path place, String request) throws IOException {
    if (file != null) {
      Answer runs = ask(place, Operations.RUNS + " " + file.toAbsolutePath());
      if (runs.verdict() != Verdict.DONE) {
        return show(runs);
      }
    }
    return askAndShow(place, request);
  }

  /** Asks and shows the answer: what is done to stdout, what is not to stderr. */
  int askAndShow(Path place, String request) throws IOException {
    return show(ask(place, request));
  }

  private int show(Answer answer) {
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

  /** A line on stderr. */
  void complain(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(Logging.errorPrefix() + line);
    err.flush();
  }
}
