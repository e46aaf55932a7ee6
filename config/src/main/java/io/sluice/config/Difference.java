package io.sluice.config;

/**
 * One thing that is not the same in two configurations; {@link #toString} is its line.
 *
 * @param path of a key; of a server, frontend, backend or mirror that one of the two does not have;
 *     {@code file:} and the path of a list of addresses
 * @param before the value in the first one; empty where it was added
 * @param after the value in the second one; empty where it was removed
 * @param note what there is to say besides; may be empty
 * @param origin where it stands, in the one that has it; may be empty
 */
public record Difference(
    Kind kind, String path, String before, String after, String note, String origin) {

  /** What has happened to it. */
  public enum Kind {
    ADDED("+"),
    REMOVED("-"),
    CHANGED("~");

    private final String sign;

    Kind(String sign) {
      this.sign = sign;
    }
  }

  @Override
  public String toString() {
    String what =
        switch (kind) {
          case ADDED -> path + assigned(after);
          case REMOVED -> path + assigned(before);
          case CHANGED -> path + ": " + before + " -> " + after;
        };
    return kind.sign
        + " "
        + what
        + (note.isEmpty() ? "" : ", " + note)
        + (origin.isEmpty() ? "" : "  # " + origin);
  }

  private static String assigned(String value) {
    return (value.startsWith("{") ? " " : " = ") + value;
  }
}
