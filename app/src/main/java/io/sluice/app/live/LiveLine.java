package io.sluice.app.live;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Shows how far something is while it runs: one line that is drawn again and again on a terminal, a
 * new line each period elsewhere.
 */
public final class LiveLine {
  private static final Path STDOUT = Path.of("/proc/self/fd/1");
  private static final long TERMINAL_PERIOD_MS = 100;
  private static final String ERASE_LINE = "\r\u001b[K";

  private final Supplier<String> text;
  private final PrintWriter out;
  private final boolean terminal = isTerminal();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "live-line");
            thread.setDaemon(true);
            return thread;
          });

  private LiveLine(Supplier<String> text, PrintWriter out) {
    this.text = text;
    this.out = out;
  }

  /** What is watched. */
  @FunctionalInterface
  public interface Work<T> {
    /** Does it all; returns what came of it. */
    T run() throws IOException, InterruptedException;
  }

  /**
   * Does {@code work} and shows what {@code text} says meanwhile.
   *
   * @param text asked on a thread of its own
   * @param plainPeriod between two lines where the output is no terminal
   */
  public static <T> T during(
      Supplier<String> text, Duration plainPeriod, PrintWriter out, Work<T> work)
      throws IOException, InterruptedException {
    LiveLine line = new LiveLine(text, out);
    long periodMs = line.terminal ? TERMINAL_PERIOD_MS : plainPeriod.toMillis();
    var unused =
        line.clock.scheduleAtFixedRate(line::draw, periodMs, periodMs, TimeUnit.MILLISECONDS);
    try {
      return work.run();
    } finally {
      line.end();
    }
  }

  private synchronized void draw() {
    if (clock.isShutdown()) {
      return;
    }
    if (terminal) {
      out.print(ERASE_LINE + text.get());
    } else {
      out.println(text.get());
    }
    out.flush();
  }

  /** Not System.console(): since JDK 22 it is there without a terminal too. */
  private static boolean isTerminal() {
    try {
      String file = Files.readSymbolicLink(STDOUT).toString();
      return file.startsWith("/dev/pts/") || file.startsWith("/dev/tty");
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  private synchronized void end() {
    clock.shutdown();
    if (terminal) {
      out.print(ERASE_LINE);
      out.flush();
    }
  }
}
