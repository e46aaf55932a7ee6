package io.sluice.session;

import org.slf4j.LoggerFactory;

/** Seeds of random tests: another one each time, printed, and repeatable by a system property. */
final class Seed {
  private static final String PROPERTY = "sluice.test.seed";

  private Seed() {}

  /** A seed for {@code test}; {@code -Dsluice.test.seed=N} gives the same one again. */
  static long of(Class<?> test) {
    long seed = Long.getLong(PROPERTY, System.nanoTime() & 0xFFFF_FFFFL);
    LoggerFactory.getLogger(test).info("-D{}={}", PROPERTY, seed);
    return seed;
  }
}
