package io.sluice.backend.balance;

import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * The order in which smooth weighted round robin takes servers, worked out beforehand: nginx's
 * algorithm (its upstream round robin balancing, commit 52327e0627f4: each server's credit grows by
 * its weight, the largest credit is taken and pays the sum of all weights). Its period is the sum
 * of the weights by their greatest common divisor, in which each server comes as often as its
 * weight and as evenly spread as the others allow.
 *
 * <p>Where that would take too long, servers go by due times instead (earliest deadline first, as
 * in Envoy's weighted round robin), in a sequence of bounded length: shares are then right to a
 * turn.
 */
final class SmoothSequence {
  /** What making a sequence may cost: entries times servers, some milliseconds. */
  private static final long WORK_MAX = 1 << 21;

  private static final int BOUNDED_LENGTH = 1 << 14;
  private static final int TURNS_PER_SERVER = 16;

  private SmoothSequence() {}

  /** Places from 0 to {@code weights.length - 1}, of which each comes at least once. */
  static int[] of(int[] weights) {
    int[] reduced = byDivisor(weights);
    long sum = Arrays.stream(reduced).asLongStream().sum();
    return sum * weights.length <= WORK_MAX
        ? byCredit(reduced, (int) sum)
        : byDueTime(reduced, sum, Math.max(BOUNDED_LENGTH, TURNS_PER_SERVER * weights.length));
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

  private static int[] byCredit(int[] weights, int sum) {
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

  private record Turn(double due, double step, int place) {}

  private static int[] byDueTime(int[] weights, long sum, int length) {
    double floor = (double) sum / length; // Who weighs less would have no turn at all.
    var turns =
        new PriorityQueue<Turn>(
            Comparator.comparingDouble(Turn::due).thenComparingInt(Turn::place));
    for (int place = 0; place < weights.length; place++) {
      double step = 1 / Math.max(floor, weights[place]);
      turns.add(new Turn(step / 2, step, place));
    }
    int[] sequence = new int[length];
    for (int i = 0; i < length; i++) {
      Turn turn = turns.remove();
      sequence[i] = turn.place();
      turns.add(new Turn(turn.due() + turn.step(), turn.step(), turn.place()));
    }
    return sequence;
  }
}
