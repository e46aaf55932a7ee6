package io.sluice.app.demo;

import java.util.Locale;
import java.util.function.Supplier;

/** What goes by splice and what by copy, as a line about the time since it was asked last. */
public final class MovedLine implements Supplier<String> {
  private final String phase;
  private final Supplier<Moved> source;
  private Moved shown;
  private long shownNs = System.nanoTime();

  /**
   * Begins now.
   *
   * @param phase how the line begins
   */
  public MovedLine(String phase, Supplier<Moved> source) {
    this.phase = phase;
    this.source = source;
    shown = source.get();
  }

  @Override
  public synchronized String get() {
    Moved now = source.get();
    long nowNs = System.nanoTime();
    String text = text(phase, now.since(shown), (nowNs - shownNs) / 1e9);
    shown = now;
    shownNs = nowNs;
    return text;
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
}
