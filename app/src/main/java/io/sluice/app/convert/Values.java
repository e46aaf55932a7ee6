package io.sluice.app.convert;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** HAProxy's ways to write values, and ours. Null means: not a value of that kind. */
final class Values {
  private static final Pattern TIME = Pattern.compile("(\\d{1,15})(us|ms|s|m|h|d)?");
  private static final Pattern SIZE = Pattern.compile("(\\d{1,15})([kKmMgG]?)");
  private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

  private Values() {}

  /** A duration: milliseconds where it has no unit (manual, section 2.5); 0 means never. */
  static String duration(String text) {
    Matcher time = TIME.matcher(text);
    if (!time.matches()) {
      return null;
    }
    if (Long.parseLong(time.group(1)) == 0) {
      return "none";
    }
    return time.group(1) + (time.group(2) == null ? "ms" : time.group(2));
  }

  /** The same in milliseconds, rounded down; -1 where it is no duration. */
  static long millis(String text) {
    Matcher time = TIME.matcher(text);
    if (!time.matches()) {
      return -1;
    }
    long number = Long.parseLong(time.group(1));
    return switch (time.group(2) == null ? "ms" : time.group(2)) {
      case "us" -> number / 1000;
      case "s" -> number * 1000;
      case "m" -> number * 60_000;
      case "h" -> number * 3_600_000;
      case "d" -> number * 86_400_000;
      default -> number;
    };
  }

  /** A size in bytes, with k, m and g as powers of 1024. */
  static String size(String text) {
    Matcher size = SIZE.matcher(text);
    if (!size.matches()) {
      return null;
    }
    return size.group(1)
        + switch (size.group(2)) {
          case "k", "K" -> "KiB";
          case "m", "M" -> "MiB";
          case "g", "G" -> "GiB";
          default -> "B";
        };
  }

  /** A number. */
  static String number(String text) {
    return NUMBER.matcher(text).matches() ? String.valueOf(Integer.parseInt(text)) : null;
  }
}
