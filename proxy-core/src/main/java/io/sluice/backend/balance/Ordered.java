package io.sluice.backend.balance;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Places in the order of names, which is the same in every proxy that has these servers. */
final class Ordered {
  private Ordered() {}

  static int[] byName(List<? extends Candidate> candidates) {
    return IntStream.range(0, candidates.size())
        .boxed()
        .sorted(Comparator.comparing(place -> candidates.get(place).hashName()))
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
