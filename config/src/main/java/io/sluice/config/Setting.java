package io.sluice.config;

/**
 * One key of the effective configuration; {@link #toString} is a line of HOCON, so that a dump is
 * again a configuration.
 *
 * @param path full path of the key; keys that a frontend or backend inherits appear under its name
 * @param value as HOCON would read it
 * @param origin where the value comes from: {@code sluice.conf:12}, {@code reference.conf:40},
 *     {@code command line}
 * @param source path of the key that the value is inherited from, or {@code path} itself
 */
public record Setting(String path, String value, String origin, String source) {

  /** A key with a value of its own. */
  public Setting(String path, String value, String origin) {
    this(path, value, origin, path);
  }

  @Override
  public String toString() {
    return path + " = " + value + "  # " + origin;
  }
}
