package io.sluice.bench.load;

/** What a mirror does with the connections that it is sent. */
public enum MirrorManner {
  /** Reads everything and throws it away in the kernel. */
  READS("that reads everything"),
  /** Accepts and never reads. */
  DEAF("that accepts and never reads"),
  /** Drops every SYN: it cannot be connected to, and does not say so. */
  BLACK_HOLE("that drops every SYN"),
  /** Resets every connection as soon as it is there. */
  RESETS("that resets what it accepts");

  private final String words;

  MirrorManner(String words) {
    this.words = words;
  }

  /** For the report: continues "a mirror". */
  public String words() {
    return words;
  }
}
