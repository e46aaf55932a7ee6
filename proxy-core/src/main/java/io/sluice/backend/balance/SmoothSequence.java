package io.sluice.backend.balance;

import java.util.Arrays;

/**
 * The order in which smooth weighted round robin takes servers, worked out beforehand: nginx's
 * algorithm (its upstream round robin balancing, commit 52327e0627f4: each server's credit grows by
 * its weight, the largest credit is taken and pays the sum of all weights). Its period is the sum
 * of the weights by their greatest common divisor, in which each server comes as often as its
 * weight and as evenly spread as the others allow.
 */
final class SmoothSequence {
  /** What making a sequence may cost: entries times servers, a few milliseconds. */
  private static final long WORK_MAX = 1 << 22;

  private SmoothSequence() {}

  /**
   * Places from 0 to {@code weights.length - 1}. Weights whose period would be too long are made
   * coarser, but not 0.
   */
  static int[] of(int[] weights) {
    int[] reduced = byDivisor(weights);
    long lengthMax = Math.max(weights.length, WORK_MAX / Math.max(1, weights.length));
    long sum = sum(reduced);
    if (sum > lengthMax) {
      double scale = (double) lengthMax / sum;
      for (int i = 0; i < reduced.length; i++) {
        reduced[i] = (int) Math.max(1, Math.round(reduced[i] * scale));
      }
      reduced = byDivisor(reduced);
    }
    return sequence(reduced);
  }

  private static long sum(int[] weights) {
    return Arrays.stream(weights).asLongStream().sum();
  }

  private static int[] byDivisor(int[] weights) {
    int divisor = 0;
    for (int weight : weights) {
      int a = weight;
      int b = divisor;
      while (b != 0) {
        int rest = a % b;
        a = b;
        b = rest;
      }
      divisor = a;
    }
    int common = Math.max(1, divisor);
    return Arrays.stream(weights).map(weight -> weight / common).toArray();
  }

  private static int[] sequence(int[] weights) {
    int sum = Math.toIntExact(sum(weights));
    int[] sequence = new int[sum];
    int[] credit = new int[weights.length];
    for (int i = 0; i < sum; i++) {
      int best = 0;
      for (int place = 0; place < weights.length; place++) {
        credit[place] += weights[place];
        if (credit[place] > credit[best]) {
          best = place;
        }
      }
      credit[best] -= sum;
      sequence[i] = best;
    }
    return sequence;
  }
}
