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
 * @param text the line
 * @param fields by name, in lower case with underscores; none is null
 */
public record LogLine(String text, Map<String, String> fields) {

  /**
   * A line with fields.
   *
   * @param namesAndValues in turn; a field whose value is null is left out
   */
  public static LogLine of(String text, String... namesAndValues) {
    Map<String, String> fields = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      if (namesAndValues[i + 1] != null) {
        fields.put(namesAndValues[i], namesAndValues[i + 1]);
      }
    }
    return new LogLine(text, fields);
  }

  /** The line alone: what a message's {@code {}} stands for. */
  @Override
  public String toString() {
    return text;
  }
}
