package io.sluice.stats;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The argument of a log event that says in one line, for people, what it also has as fields, for
 * programs: a back end that has a place for fields takes them from here, all others write the line.
 *
 * <p>Not the key-value pairs of SLF4J: where a back end does not know them, they become part of the
 * message.
 *
 * <p>Immutable. Whoever logs only hands over names and values, which is cheap enough for every
 * session; what it takes to have them as a map is left to the back end that wants one.
 */
public final class LogLine {
  private final String text;
  private final String[] namesAndValues;

  private LogLine(String text, String[] namesAndValues) {
    this.text = text;
    this.namesAndValues = namesAndValues;
  }

  /**
   * A line with fields, whose names are in lower case with underscores.
   *
   * @param namesAndValues in turn; a field whose value is null is left out
   */
  public static LogLine of(String text, String... namesAndValues) {
    return new LogLine(text, namesAndValues);
  }

  /** The fields by name, in the order in which they were given; none is null. Made for the call. */
  public Map<String, String> fields() {
    Map<String, String> fields = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      if (namesAndValues[i + 1] != null) {
        fields.put(namesAndValues[i], namesAndValues[i + 1]);
      }
    }
    return fields;
  }

  /** The line alone: what a message's {@code {}} stands for. */
  @Override
  public String toString() {
    return text;
  }
}
