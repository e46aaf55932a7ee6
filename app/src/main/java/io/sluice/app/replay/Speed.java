package io.sluice.app.replay;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How fast recorded time passes.
 *
 * @param factor recorded seconds in a second; infinite when recorded times do not matter
 */
public record Speed(double factor) {
  public static final Speed MAX = new Speed(Double.POSITIVE_INFINITY);

  private static final Pattern FACTOR = Pattern.compile("([0-9]{1,7}(?:\\.[0-9]{1,6})?)x");
  private static final double FACTOR_MIN = 0.001;
  private static final double FACTOR_MAX = 1_000_000;

  /**
   * Reads {@code 1x}, {@code 0.5x}, {@code max}.
   *
   * @throws IllegalArgumentException whose message tells what it may be
   */
  public static Speed parse(String text) {
    if (text.equals("max")) {
      return MAX;
    }
    Matcher matcher = FACTOR.matcher(text);
    if (matcher.matches()) {
      double factor = Double.parseDouble(matcher.group(1));
      if (factor >= FACTOR_MIN && factor <= FACTOR_MAX) {
        return new Speed(factor);
      }
    }
    throw new IllegalArgumentException(
        "'" + text + "' is not max or a factor from 0.001x to 1000000x, such as 1x or 10x");
  }

  /**
   * How long after the beginning something is due that was recorded {@code recordedNs} after it.
   */
  long delayNs(long recordedNs) {
    return (long) (Math.max(recordedNs, 0) / factor);
  }
}
