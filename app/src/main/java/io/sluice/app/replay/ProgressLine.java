package io.sluice.app.replay;

import java.util.Locale;

/** How far a run is: {@code [=====> ] 45 % 12/30 sessions, 1.3 MB sent, ...}. */
final class ProgressLine {
  private static final int BAR_CHARACTERS = 24;

  private ProgressLine() {}

  static String of(ReplayResult soFar, long totalSessions, long totalBytes) {
    double share =
        totalBytes > 0
            ? (double) soFar.sent() / totalBytes
            : (double) soFar.sessions() / totalSessions;
    int done = (int) (Math.min(share, 1) * BAR_CHARACTERS);
    String bar = "=".repeat(done) + (done < BAR_CHARACTERS ? ">" : "");
    return String.format(
        Locale.ROOT,
        "[%-" + BAR_CHARACTERS + "s] %3.0f %%  %d/%d sessions, %s sent, %s received, %s/s%s%s",
        bar,
        Math.min(share, 1) * 100,
        soFar.sessions(),
        totalSessions,
        Amount.of(soFar.sent()),
        Amount.of(soFar.received()),
        Amount.of(soFar.perSecond()),
        soFar.failures() > 0 ? ", " + soFar.failures() + " failed" : "",
        soFar.divergences() > 0 ? ", " + soFar.divergences() + " diverged" : "");
  }
}
