package io.sluice.app;

import io.sluice.app.log.Logging;
import org.slf4j.LoggerFactory;

/**
 * What happens to an exception that nobody catches.
 *
 * <p>An event loop survives exceptions by itself. An {@link Error} (no memory, a failed assertion)
 * leaves a loop dead with its sessions, which looks alive from outside: ending the process lets the
 * service manager start a sound one.
 */
final class Crash {
  private Crash() {}

  /** Installs the rule for all threads. */
  static void watch() {
    Thread.setDefaultUncaughtExceptionHandler(Crash::onUncaught);
  }

  private static void onUncaught(Thread thread, Throwable thrown) {
    boolean fatal = thrown instanceof Error;
    try {
      LoggerFactory.getLogger(Crash.class)
          .error(
              "thread {}: unexpected error, {}",
              thread.getName(),
              fatal ? "ending" : "continuing",
              thrown);
      if (fatal) {
        Logging.stop();
      }
    } finally {
      if (fatal) {
        // Not exit(): its hooks may need the very thread or memory that is gone.
        Runtime.getRuntime().halt(ExitCode.INTERNAL);
      }
    }
  }
}
