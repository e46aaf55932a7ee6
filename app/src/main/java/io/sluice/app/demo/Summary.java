package io.sluice.app.demo;

import java.util.List;
import java.util.Locale;

/** The table at the end of a demo. */
public final class Summary {
  private static final double MB = 1e6;
  private static final double GB = 1e9;

  private Summary() {}

  /**
   * The lines of the table.
   *
   * @param moved what the proxy counted while the bulk traffic ran
   * @param direct round trips to the origin itself, for comparison
   */
  public static List<String> of(
      String transport,
      Bulk.Result bulk,
      Moved moved,
      RoundTrips.Result proxied,
      RoundTrips.Result direct) {
    double mb = moved.bytes() / MB;
    return List.of(
        row("transport", transport),
        row(
            "bulk",
            "%.0f MB in %.1f s = %.2f GB/s, %d streams, both directions",
            bulk.bytes() / MB,
            bulk.seconds(),
            bulk.bytes() / GB / bulk.seconds(),
            bulk.streams()),
        row("  spliced", "%5.1f %%  %.0f MB", moved.splicedPercent(), moved.spliced() / MB),
        row("  copied", "%5.1f %%  %.0f MB", 100 - moved.splicedPercent(), moved.copied() / MB),
        row(
            "  system calls",
            "%.1f per MB: %.1f that move bytes, %.1f that wait",
            (moved.pumpCalls() + moved.waits()) / mb,
            moved.pumpCalls() / mb,
            moved.waits() / mb),
        row(
            "  CRC-32C",
            bulk.different() == 0
                ? "equal at both ends in all %d streams"
                : "DIFFERENT in " + bulk.different() + " of %d streams",
            bulk.streams()),
        row(
            "round trips",
            "%d of %d B, one after the other: %.0f/s",
            proxied.trips(),
            RoundTrips.MESSAGE_BYTES,
            proxied.perSecond()),
        row("  latency", "p50 %.0f us, p99 %.0f us", proxied.p50Us(), proxied.p99Us()),
        row(
            "  without proxy",
            "p50 %.0f us, p99 %.0f us, %.0f/s",
            direct.p50Us(),
            direct.p99Us(),
            direct.perSecond()));
  }

  private static String row(String name, String format, Object... values) {
    return String.format(Locale.ROOT, "%-16s " + format, prepend(name, values));
  }

  private static Object[] prepend(String name, Object[] values) {
    Object[] all = new Object[values.length + 1];
    all[0] = name;
    System.arraycopy(values, 0, all, 1, values.length);
    return all;
  }
}
