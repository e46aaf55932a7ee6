package io.sluice.app.reload;

import io.sluice.app.control.Answer;
import io.sluice.app.control.Answer.Verdict;
import io.sluice.app.service.ServiceReport;
import io.sluice.config.ConfigDiff;
import io.sluice.config.ConfigException;
import io.sluice.config.ControlSocketConfig;
import io.sluice.config.Loaded;
import io.sluice.config.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the configuration again and goes over to it, or stays with what there is.
 *
 * <p>Invariant: {@link #current} is what the process runs. One thread at a time, but for {@link
 * #running}.
 */
public final class Reload {
  private static final Logger LOG = LoggerFactory.getLogger(Reload.class);
  private static final String UNCHANGED = "reload failed, the former configuration goes on";

  /** An event loop that hangs, say: nobody knows how far it has come. */
  private static final String BROKEN = "reload failed half-way: restart the process";

  private static final String NO_FILE =
      "nothing to reload: this process runs without a configuration file";

  private final Optional<ConfigSource> source;
  private final Reloadable target;
  private final ServiceReport report;
  private final Loaded started;
  private volatile Loaded current;

  /**
   * Nothing has been reloaded yet.
   *
   * @param source empty where the command line is all there is
   * @param started what the process runs now
   * @param target what goes over to a new configuration
   * @param report told that a reload begins, and how it ended
   */
  public Reload(
      Optional<ConfigSource> source, Loaded started, Reloadable target, ServiceReport report) {
    this.source = source;
    this.started = started;
    this.target = target;
    this.report = report;
    current = started;
  }

  /** What the process runs, for who compares. Any thread. */
  public Answer running() {
    return new Answer(Verdict.DONE, RunningConfig.of(source, current).lines(), "config");
  }

  /**
   * Why this process does not reload a file that somebody names: it runs another one. Any thread.
   *
   * @param wanted may be empty: whatever it runs
   */
  public Optional<CompletableFuture<Answer>> refusal(String wanted) {
    if (wanted.isEmpty() || source.isEmpty() || isSame(source.get().file(), wanted)) {
      return Optional.empty();
    }
    String why = "the process runs " + source.get().file().toAbsolutePath() + ", not " + wanted;
    return Optional.of(CompletableFuture.completedFuture(Answer.failed(why + ": nothing is done")));
  }

  private static boolean isSame(Path file, String wanted) {
    try {
      Path other = Path.of(wanted);
      return file.toAbsolutePath().equals(other) || Files.isSameFile(file, other);
    } catch (IOException | InvalidPathException e) {
      return false; // One of them is not there.
    }
  }

  /** Reloads, tells everybody, and returns how it went. */
  Answer run() {
    if (source.isEmpty()) {
      LOG.warn("{}", NO_FILE);
      return Answer.failed(NO_FILE);
    }
    LOG.info("reloading {}", file());
    report.reloading();
    try {
      Loaded next = source.get().load();
      return goOver(next);
    } catch (ConfigException e) {
      return failed(
          Verdict.INVALID, e.problems().stream().map(Problem::toString).toList(), UNCHANGED);
    } catch (IOException e) {
      return failed(Verdict.FAILED, List.of(String.valueOf(e.getMessage())), UNCHANGED);
    } catch (RuntimeException e) {
      LOG.error("reload: unexpected error", e);
      return failed(Verdict.FAILED, List.of("internal error: " + e), BROKEN);
    }
  }

  private Answer goOver(Loaded next) throws IOException {
    ConfigDiff diff = ConfigDiff.between(current, next);
    List<String> warnings = new ArrayList<>(target.reload(next.config()));
    current = next;
    ControlSocketConfig listens = started.config().controlSocket();
    ControlSocketConfig wanted = next.config().controlSocket();
    if (!wanted.equals(listens)) {
      warnings.add(
          "control-socket: " + listens + " -> " + wanted + " takes effect at the next restart");
    }
    next.warnings().forEach(warning -> warnings.add(warning.toString()));

    LOG.info("reloaded: {}", diff.count());
    diff.lines().forEach(line -> LOG.info("{}", line));
    warnings.forEach(warning -> LOG.warn("{}", warning));
    report.reloaded();
    List<String> lines = new ArrayList<>(diff.lines());
    warnings.forEach(warning -> lines.add("warning: " + warning));
    return new Answer(Verdict.DONE, lines, "reloaded " + file() + ": " + diff.count());
  }

  private Answer failed(Verdict verdict, List<String> reasons, String outcome) {
    reasons.forEach(reason -> LOG.error("{}", reason));
    LOG.error("{}", outcome);
    int more = reasons.size() - 1;
    report.reloadFailed(reasons.get(0) + (more > 0 ? " and " + more + " more" : ""));
    return new Answer(verdict, reasons, outcome);
  }

  private String file() {
    return source.map(s -> s.file().toString()).orElse("");
  }
}
