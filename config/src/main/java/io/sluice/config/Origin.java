package io.sluice.config;

/**
 * Where a value stands.
 *
 * @param source a file as the operator named it, or words such as {@code command line}
 * @param line from 1; 0 when the source has no lines or the whole source is meant
 */
record Origin(String source, int line) {

  @Override
  public String toString() {
    return line > 0 ? source + ":" + line : source;
  }
}
