package io.sluice.app.replay;

import java.util.Locale;

/** Bytes for people: {@code 12 B}, {@code 1.2 kB}, {@code 3.4 GB}; powers of 1000. */
public final class Amount {
  private static final String[] UNITS = {"kB", "MB", "GB", "TB", "PB", "EB"};

  private Amount() {}

  /** {@code bytes} with a unit. */
  public static String of(long bytes) {
    if (bytes < 1000) {
      return bytes + " B";
    }
    double amount = (double) bytes;
    int unit = -1;
    // 999.95 would be shown as 1000.0.
    while (unit + 1 < UNITS.length && (unit < 0 || amount >= 999.95)) {
      amount /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %s", amount, UNITS[unit]);
  }
}
