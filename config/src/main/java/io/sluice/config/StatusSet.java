package io.sluice.config;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** HTTP statuses, such as {@code 200-399} or {@code 200,204,301-302}. */
public record StatusSet(List<Range> ranges) {

  /** How a set is written. */
  static final Pattern FORM =
      Pattern.compile("[1-5]\\d\\d(-[1-5]\\d\\d)?(,[1-5]\\d\\d(-[1-5]\\d\\d)?)*");

  /** {@link #FORM} in words. */
  static final String EXPECTED = "statuses such as 200-399 or 200,204";

  private static final Pattern PART = Pattern.compile("(\\d+)(?:-(\\d+))?");

  /** Statuses from {@code first} to {@code last}, both included. */
  public record Range(int first, int last) {}

  public StatusSet {
    ranges = List.copyOf(ranges);
  }

  /**
   * Reads what matches {@link #FORM}.
   *
   * @throws IllegalArgumentException when a range ends before it begins
   */
  static StatusSet parse(String text) {
    List<Range> ranges = new ArrayList<>();
    Matcher part = PART.matcher(text);
    while (part.find()) {
      int first = Integer.parseInt(part.group(1));
      int last = part.group(2) == null ? first : Integer.parseInt(part.group(2));
      if (last < first) {
        throw new IllegalArgumentException(part.group() + " ends before it begins");
      }
      ranges.add(new Range(first, last));
    }
    return new StatusSet(ranges);
  }

  /** Whether {@code status} is one of them. */
  public boolean contains(int status) {
    return ranges.stream().anyMatch(range -> range.first() <= status && status <= range.last());
  }
}
