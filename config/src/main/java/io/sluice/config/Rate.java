package io.sluice.config;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * So many in a time.
 *
 * @param count 0 means without a limit
 * @param period that {@code count} are for
 */
public record Rate(int count, Duration period) {

  /** No limit. */
  public static final Rate UNLIMITED = new Rate(0, Duration.ZERO);

  static final Pattern FORM =
      Pattern.compile("([1-9][0-9]{0,6})/(?:([1-9][0-9]{0,5})?(ms|s|m|h)|(1?)d)");

  static final String EXPECTED = "a rate such as 100/s or 20/10s, at most 9999999 in at most 1d";

  private static final Duration LONGEST = Duration.ofDays(1);

  /** Whether there is a limit. */
  public boolean isLimited() {
    return count > 0;
  }

  /** The rate, or null for a text that has not its form or a period of more than a day. */
  static Rate parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    long number = matcher.group(2) == null ? 1 : Long.parseLong(matcher.group(2));
    String unit = matcher.group(3) == null ? "d" : matcher.group(3);
    Duration period =
        switch (unit) {
          case "ms" -> Duration.ofMillis(number);
          case "s" -> Duration.ofSeconds(number);
          case "m" -> Duration.ofMinutes(number);
          case "h" -> Duration.ofHours(number);
          default -> LONGEST;
        };
    return period.compareTo(LONGEST) > 0
        ? null
        : new Rate(Integer.parseInt(matcher.group(1)), period);
  }

  @Override
  public String toString() {
    return isLimited() ? count + "/" + Units.duration(period) : "none";
  }
}
