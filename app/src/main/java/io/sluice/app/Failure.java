package io.sluice.app;

import io.sluice.app.log.Logging;
import io.sluice.config.ConfigException;
import java.io.IOException;
import java.io.PrintWriter;

/**
 * The one place where a failure becomes an exit code and a message: an operator's mistake or the
 * machine's refusal is a line on stderr, never a stack trace.
 */
final class Failure {
  private Failure() {}

  /** Says on {@code err} what failed; returns the exit code. */
  static int tell(Exception e, PrintWriter err) {
    String prefix = Logging.errorPrefix();
    if (e instanceof ConfigException config) {
      config.problems().forEach(problem -> err.println(prefix + problem));
    } else if (e instanceof IOException) {
      err.println(prefix + "sluice: " + e.getMessage());
    } else {
      err.print(prefix + "sluice: internal error: ");
      e.printStackTrace(err);
    }
    err.flush();
    return e instanceof ConfigException
        ? ExitCode.USAGE
        : e instanceof IOException ? ExitCode.FAILURE : ExitCode.INTERNAL;
  }
}
