package io.sluice.app.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import io.sluice.session.SessionLog;
import java.time.Instant;
import org.slf4j.LoggerFactory;

/** What the program decides about its log. */
public final class Logging {
  static final String APPENDER = "stderr";

  private Logging() {}

  /** Turns the line for each closed session on. */
  public static void sessions() {
    context().getLogger(SessionLog.LOGGER).setLevel(Level.INFO);
  }

  /**
   * What a line on stderr about a failure has to begin with: its priority where stderr is the
   * journal, else nothing.
   */
  public static String errorPrefix() {
    return Journal.isStderr(System.getenv("JOURNAL_STREAM"))
        ? LineLayout.JOURNAL.prefix(Level.ERROR, Instant.EPOCH)
        : "";
  }

  /**
   * Writes what is queued, for a second at most, and ends logging. Only needed before {@code
   * halt()}: an ordinary end of the process does the same.
   */
  public static void stop() {
    context().stop();
  }

  private static LoggerContext context() {
    return (LoggerContext) LoggerFactory.getILoggerFactory();
  }
}
