package io.sluice.health;

import java.util.random.RandomGenerator;

/**
 * When a check runs again: HAProxy's inter, fastinter and downinter ({@code srv_getinter} in its
 * {@code src/server.c}), each counted from the end of the run before.
 *
 * @param fastNs 0 for {@code intervalNs}
 * @param downNs 0 for {@code intervalNs}
 * @param spreadPercent by how much a delay may be longer or shorter
 */
record Schedule(long intervalNs, long fastNs, long downNs, int spreadPercent) {

  /** The delay after a run that left {@code counted} and a server that is {@code up} or not. */
  long delayNs(RiseFall counted, boolean up, RandomGenerator random) {
    return spread(plainNs(counted, up), random);
  }

  private long plainNs(RiseFall counted, boolean up) {
    if (counted.isFullyUp()) {
      return intervalNs;
    }
    if (!up && counted.isFullyDown()) {
      return downNs > 0 ? downNs : intervalNs;
    }
    return fastNs > 0 ? fastNs : intervalNs;
  }

  private long spread(long delayNs, RandomGenerator random) {
    long most = delayNs / 100 * spreadPercent;
    return most == 0 ? delayNs : delayNs - most + random.nextLong(2 * most + 1);
  }

  /**
   * When the first run of the check at {@code place} of {@code count} begins, so that the first
   * runs of all fill the interval evenly: {@code start_checks} of HAProxy.
   */
  long firstNs(int place, int count) {
    return (long) ((double) intervalNs * place / count);
  }
}
