package io.sluice.app.demo;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Shows while traffic runs what goes by splice and what by copy: one line that is drawn again and
 * again on a terminal, a new line each second elsewhere.
 */
public final class LiveLine {
  private static final Path STDOUT = Path.of("/proc/self/fd/1");
  private static final long TERMINAL_PERIOD_MS = 100;
  private static final long PLAIN_PERIOD_MS = 1_000;
  private static final String ERASE_LINE = "\r\u001b[K";

  private final String phase;
  private final Supplier<Moved> source;
  private final PrintWriter out;
  private final boolean terminal = isTerminal();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "demo-live");
            thread.setDaemon(true);
            return thread;
          });
  private Moved shown;
  private long shownNs = System.nanoTime();

  private LiveLine(String phase, Supplier<Moved> source, PrintWriter out) {
    this.phase = phase;
    this.source = source;
    this.out = out;
    shown = source.get();
  }

  /** Traffic to watch. */
  @FunctionalInterface
  public interface Traffic<T> {
    /** Sends it all; returns what came of it. */
    T send() throws IOException, InterruptedException;
  }

  /** Sends {@code traffic} and shows what {@code source} says meanwhile. */
  public static <T> T during(
      String phase, Supplier<Moved> source, PrintWriter out, Traffic<T> traffic)
      throws IOException, InterruptedException {
    LiveLine line = new LiveLine(phase, source, out);
    long periodMs = line.terminal ? TERMINAL_PERIOD_MS : PLAIN_PERIOD_MS;
    var unused =
        line.clock.scheduleAtFixedRate(line::draw, periodMs, periodMs, TimeUnit.MILLISECONDS);
    try {
      return traffic.send();
    } finally {
      line.end();
    }
  }

  private synchronized void draw() {
    Moved now = source.get();
    long nowNs = System.nanoTime();
    double seconds = (nowNs - shownNs) / 1e9;
    String text = text(phase, now.since(shown), seconds);
    shown = now;
    shownNs = nowNs;
    if (terminal) {
      out.print(ERASE_LINE + text);
    } else {
      out.println(text);
    }
    out.flush();
  }

  static String text(String phase, Moved moved, double seconds) {
    return String.format(
        Locale.ROOT,
        "%-12s splice %8.1f MB/s   copy %8.1f MB/s   %3.0f %% spliced",
        phase,
        moved.spliced() / seconds / 1e6,
        moved.copied() / seconds / 1e6,
        moved.splicedPercent());
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

  private void end() {
    clock.shutdown();
    synchronized (this) {
      if (terminal) {
        out.print(ERASE_LINE);
        out.flush();
      }
    }
  }
}
