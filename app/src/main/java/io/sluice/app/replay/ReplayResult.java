package io.sluice.app.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What came of a run.
 *
 * @param sessions that were held, or failed
 * @param sent bytes to the server
 * @param received bytes from it
 * @param failures sessions that could not be held to their end
 * @param divergences sessions whose answers differ from the recorded ones
 * @param silent sessions that ended because the server said no more, and did not end them
 * @param failureLines the first failures, a line each
 * @param divergenceLines the reports, one for each recorded session
 */
public record ReplayResult(
    long sessions,
    long sent,
    long received,
    double seconds,
    long failures,
    long divergences,
    long silent,
    List<String> failureLines,
    List<List<String>> divergenceLines) {

  /** Whether nothing failed and nothing differed. */
  public boolean isClean() {
    return failures == 0 && divergences == 0;
  }

  /** Bytes in both directions. */
  long perSecond() {
    return (long) ((sent + received) / Math.max(seconds, 1e-9));
  }

  /**
   * The reports and the table.
   *
   * @param compared whether answers were compared
   */
  public List<String> lines(boolean compared) {
    List<String> lines = new ArrayList<>();
    failureLines.forEach(line -> lines.add("failed: " + line));
    if (failures > failureLines.size()) {
      lines.add("failed: " + (failures - failureLines.size()) + " more");
    }
    divergenceLines.forEach(lines::addAll);
    lines.add(row("sessions", sessions + " in %.1f s, %.1f/s", seconds, sessions / seconds));
    lines.add(row("sent", Amount.of(sent) + " (" + sent + " bytes)"));
    lines.add(row("received", Amount.of(received) + " (" + received + " bytes)"));
    lines.add(row("rate", Amount.of(perSecond()) + "/s in both directions"));
    lines.add(row("failures", String.valueOf(failures)));
    lines.add(row("divergences", compared ? String.valueOf(divergences) : "not compared"));
    if (silent > 0) {
      lines.add(row("silent", silent + " sessions that the server did not end within --timeout"));
    }
    return lines;
  }

  private static String row(String name, String format, Object... values) {
    return String.format(Locale.ROOT, "%-12s ", name) + String.format(Locale.ROOT, format, values);
  }
}
