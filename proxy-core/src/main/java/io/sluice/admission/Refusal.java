package io.sluice.admission;

import io.sluice.stats.Counter;

/** Why a connection is not let in. */
public enum Refusal {
  /** It is on a list that keeps it out, or not on the one that would let it in. */
  LIST(Counter.DENIED_BY_LIST, "by the lists"),
  /** Its source begins too many connections in a time. */
  SOURCE_RATE(Counter.DENIED_BY_RATE, "too many new connections of its source"),
  /** Its source has too many connections at a time. */
  SOURCE_CONNECTIONS(Counter.DENIED_BY_CONNECTIONS, "too many connections of its source");

  private final Counter counter;
  private final String words;

  Refusal(Counter counter, String words) {
    this.counter = counter;
    this.words = words;
  }

  /** What such a connection adds to, beside {@link Counter#DENIED_CONNECTIONS}. */
  public Counter counter() {
    return counter;
  }

  /** For people. */
  public String words() {
    return words;
  }
}
