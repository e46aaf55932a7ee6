package io.sluice.config;

import java.util.Collection;
import java.util.Optional;

/** Finds what was probably meant by a word that is not known. */
final class Spelling {

  private Spelling() {}

  /** {@code did you mean "x"?} for the nearest candidate, or nothing. */
  static String didYouMean(String word, Collection<String> candidates) {
    return nearest(word, candidates, Math.max(1, word.length() / 3))
        .map(near -> "did you mean \"" + near + "\"?")
        .orElse("");
  }

  /** The candidate with the fewest edits, at most {@code limit}; the first one among equals. */
  static Optional<String> nearest(String word, Collection<String> candidates, int limit) {
    String best = null;
    int least = limit + 1;
    for (String candidate : candidates) {
      int edits = distance(word, candidate, least);
      if (edits < least) {
        least = edits;
        best = candidate;
      }
    }
    return Optional.ofNullable(best);
  }

  /** Levenshtein's distance in two rows; stops with {@code bound} when it cannot be less. */
  private static int distance(String a, String b, int bound) {
    if (Math.abs(a.length() - b.length()) >= bound) {
      return bound;
    }
    int[] previous = new int[b.length() + 1];
    int[] current = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
      }
      int[] spare = previous;
      previous = current;
      current = spare;
    }
    return Math.min(bound, previous[b.length()]);
  }
}
