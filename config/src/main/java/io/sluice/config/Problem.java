package io.sluice.config;

/**
 * What is wrong at one place of a configuration; {@link #toString} is the line for the operator.
 *
 * @param origin where it stands: {@code /etc/sluice.conf:12}, {@code command line}, {@code env
 *     variables}
 * @param key full path of the key; empty when the text could not be parsed at all
 * @param value as written, strings in quotes; empty when the key is missing or holds an object
 * @param rule the rule that is broken
 * @param suggestion a remedy, such as {@code did you mean "app"?}; empty when there is none
 */
public record Problem(String origin, String key, String value, String rule, String suggestion) {

  @Override
  public String toString() {
    var line = new StringBuilder(origin).append(": ");
    if (!key.isEmpty()) {
      line.append(key).append(value.isEmpty() ? "" : " = " + value).append(": ");
    }
    return line.append(rule).append(suggestion.isEmpty() ? "" : "; " + suggestion).toString();
  }
}
