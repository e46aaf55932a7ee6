package io.sluice.config;

import java.util.List;

/**
 * In what one configuration differs from another. A key that is only inherited is not told where
 * the key that it is inherited from is; a server, frontend, backend or mirror that is new or gone
 * is told as a whole; another order, other comments and another way to write a value are no
 * difference.
 *
 * @param differences what was added and changed in the order of the second one, then what was
 *     removed in the order of the first one, then lists of addresses by path
 */
public record ConfigDiff(List<Difference> differences) {

  public ConfigDiff {
    differences = List.copyOf(differences);
  }

  /** What has to be done to {@code before} to get {@code after}. */
  public static ConfigDiff between(Loaded before, Loaded after) {
    return between(EffectiveConfig.of(before), EffectiveConfig.of(after));
  }

  /** What has to be done to {@code before} to get {@code after}. */
  public static ConfigDiff between(EffectiveConfig before, EffectiveConfig after) {
    return new ConfigDiff(new Comparison(before, after).differences());
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return differences.isEmpty();
  }

  /** {@code no changes}, {@code 1 change}, {@code 7 changes}. */
  public String count() {
    return switch (differences.size()) {
      case 0 -> "no changes";
      case 1 -> "1 change";
      default -> differences.size() + " changes";
    };
  }

  /** A line for each difference: {@code +} added, {@code -} removed, {@code ~} changed. */
  public List<String> lines() {
    return differences.stream().map(Difference::toString).toList();
  }
}
