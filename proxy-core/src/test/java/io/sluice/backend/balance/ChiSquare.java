package io.sluice.backend.balance;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Pearson's test of counts against shares. A distribution that is right fails once in about two
 * million tests.
 */
final class ChiSquare {
  /** Quantile of the normal distribution for a chance of 5e-7. */
  private static final double Z = 4.9;

  private ChiSquare() {}

  static double statistic(long[] counts, double[] shares) {
    double all = 0;
    double sum = 0;
    for (int i = 0; i < counts.length; i++) {
      all += counts[i];
      sum += shares[i];
    }
    double statistic = 0;
    for (int i = 0; i < counts.length; i++) {
      double expected = all * shares[i] / sum;
      statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
    }
    return statistic;
  }

  /** By the approximation of Wilson and Hilferty. */
  static double limit(int categories) {
    double degrees = categories - 1.0;
    double root = 1 - 2 / (9 * degrees) + Z * Math.sqrt(2 / (9 * degrees));
    return degrees * root * root * root;
  }

  static void expect(String what, long[] counts, double... shares) {
    assertThat(statistic(counts, shares)).as(what).isLessThan(limit(counts.length));
  }
}
