package io.sluice.backend.balance;

import java.util.Arrays;

/**
 * Draws places by weight in constant time: the alias method of Walker, in the numerically stable
 * form of Vose (A Linear Algorithm for Generating Random Numbers with a Given Distribution, IEEE
 * Transactions on Software Engineering 17(9), 1991), in whole numbers.
 */
final class AliasTable {
  private final long sum;
  private final long[] own;
  private final int[] other;

  AliasTable(int[] weights) {
    int size = weights.length;
    sum = Arrays.stream(weights).asLongStream().sum();
    own = new long[size];
    other = new int[size];
    int[] stack = new int[size];
    int small = 0;
    int large = size;
    for (int i = 0; i < size; i++) {
      own[i] = (long) weights[i] * size; // Of sum, which is the height of each column.
      other[i] = i;
      if (own[i] < sum) {
        stack[small++] = i;
      } else {
        stack[--large] = i;
      }
    }
    while (small > 0 && large < size) {
      int less = stack[--small];
      int more = stack[large];
      other[less] = more;
      own[more] -= sum - own[less];
      if (own[more] < sum) {
        large++;
        stack[small++] = more;
      }
    }
  }

  /** A place, out of 64 random bits: 32 choose a column, 32 what is taken of it. */
  int draw(long bits) {
    int column = Hash64.reduce(bits, own.length);
    long height = ((bits & 0xFFFF_FFFFL) * sum) >>> 32;
    return height < own[column] ? column : other[column];
  }
}
