package io.sluice.bench.figures;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The rounds of one figure in three numbers.
 *
 * @param median the middle value, the mean of the two middle ones for an even count
 */
public record Summary(double median, double min, double max) {

  /** Summarises at least one value. */
  public static Summary of(List<Double> values) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("no values to summarise");
    }
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int half = sorted.length / 2;
    double median = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    return new Summary(median, sorted[0], Arrays.stream(sorted).max().orElseThrow());
  }

  /** This median divided by another's; NaN when the other is zero. */
  public double ratioTo(Summary other) {
    return other.median == 0 ? Double.NaN : median / other.median;
  }

  /** {@code median [min..max]}, each with about three significant digits. */
  @Override
  public String toString() {
    return format(median) + " [" + format(min) + ".." + format(max) + "]";
  }

  /** Three significant digits; thousands as k, millions as M. */
  public static String format(double value) {
    double size = Math.abs(value);
    if (Double.isNaN(value)) {
      return "–";
    } else if (size >= 1e6) {
      return String.format(Locale.ROOT, "%.2fM", value / 1e6);
    } else if (size >= 1e5) {
      return String.format(Locale.ROOT, "%.0fk", value / 1e3);
    } else if (size >= 1e4) {
      return String.format(Locale.ROOT, "%.1fk", value / 1e3);
    } else if (size >= 100) {
      return String.format(Locale.ROOT, "%.0f", value);
    } else if (size >= 10) {
      return String.format(Locale.ROOT, "%.1f", value);
    } else if (size >= 1) {
      return String.format(Locale.ROOT, "%.2f", value);
    }
    return value == 0 ? "0" : String.format(Locale.ROOT, "%.3f", value);
  }
}
