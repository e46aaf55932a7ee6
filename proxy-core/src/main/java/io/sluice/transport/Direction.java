package io.sluice.transport;

/** The two directions of a session, always in this order. */
public enum Direction {
  /** From the client to the server. */
  TO_SERVER("to-server"),
  /** From the server to the client. */
  TO_CLIENT("to-client");

  private final String word;

  Direction(String word) {
    this.word = word;
  }

  /** As operators write it. */
  public String word() {
    return word;
  }
}
