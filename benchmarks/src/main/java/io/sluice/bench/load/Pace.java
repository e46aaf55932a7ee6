package io.sluice.bench.load;

/**
 * When the next question is due.
 *
 * <p>A latency counts from the due time. With a fixed schedule a question that has to wait for the
 * answer before it is late already when it is sent, and the wait is part of its latency: what
 * coordinated omission would leave out.
 */
interface Pace {

  /** At once: a closed loop, in which a slow answer also delays the next question. */
  Pace CLOSED_LOOP = nowNs -> nowNs;

  /**
   * The due time of the next question.
   *
   * @param nowNs System.nanoTime()
   */
  long nextNs(long nowNs);

  /** One question every {@code intervalNs}, the first at {@code firstNs}, whatever happens. */
  static Pace every(long firstNs, long intervalNs) {
    return new Pace() {
      private long dueNs = firstNs - intervalNs;

      @Override
      public long nextNs(long nowNs) {
        dueNs += intervalNs;
        return dueNs;
      }
    };
  }
}
