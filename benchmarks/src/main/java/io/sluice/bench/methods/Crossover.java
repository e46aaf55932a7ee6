package io.sluice.bench.methods;

import java.util.List;
import java.util.Locale;

/** At which transfer size one way begins to cost less than another. Pure functions. */
final class Crossover {

  private Crossover() {}

  /**
   * In words: from which size on {@code b} stays cheaper than {@code a}; between two measured sizes
   * the point is interpolated on logarithmic scales.
   *
   * @param sizes ascending
   * @param a cost of the one at each size, more than 0
   * @param b cost of the other
   */
  static String describe(List<Long> sizes, List<Double> a, List<Double> b) {
    int last = sizes.size() - 1;
    int dearer = last;
    while (dearer >= 0 && b.get(dearer) < a.get(dearer)) {
      dearer--;
    }
    if (dearer < 0) {
      return "cheaper at every size measured";
    }
    if (dearer == last) {
      return "not cheaper at the largest size measured";
    }
    double before = Math.log(b.get(dearer) / a.get(dearer));
    double after = Math.log(b.get(dearer + 1) / a.get(dearer + 1));
    double share = before / (before - after);
    double low = Math.log(sizes.get(dearer));
    double high = Math.log(sizes.get(dearer + 1));
    return "cheaper from about " + bytes(Math.round(Math.exp(low + share * (high - low))));
  }

  /** A size with its binary unit. */
  static String bytes(long bytes) {
    if (bytes >= 1 << 30) {
      return text(bytes / (double) (1 << 30)) + " GiB";
    }
    return bytes >= 1 << 20
        ? text(bytes / (double) (1 << 20)) + " MiB"
        : text(bytes / 1024.0) + " KiB";
  }

  private static String text(double value) {
    return value == Math.rint(value)
        ? Long.toString((long) value)
        : String.format(Locale.ROOT, "%.1f", value);
  }
}
