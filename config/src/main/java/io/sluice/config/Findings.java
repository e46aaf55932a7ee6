package io.sluice.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Collects what is wrong with one configuration while it is read.
 *
 * <p>A finding is kept once, however often its key is read: a bad global value is met again by each
 * frontend that inherits it.
 */
final class Findings {

  private record Finding(Origin origin, Problem problem) {}

  private final String mainSource;
  private final Set<Finding> errors = new LinkedHashSet<>();
  private final Set<Finding> warnings = new LinkedHashSet<>();

  Findings(String mainSource) {
    this.mainSource = mainSource;
  }

  void error(Place place, String rule, String suggestion) {
    errors.add(finding(place, rule, suggestion));
  }

  void error(Place place, String rule) {
    error(place, rule, "");
  }

  void warning(Place place, String rule, String suggestion) {
    warnings.add(finding(place, rule, suggestion));
  }

  private static Finding finding(Place place, String rule, String suggestion) {
    return new Finding(
        place.origin(),
        new Problem(place.origin().toString(), place.key(), place.value(), rule, suggestion));
  }

  /** The file itself, for a key that is nowhere in it. */
  Place missing(String key) {
    return new Place(key, "", new Origin(mainSource, 0));
  }

  int errorCount() {
    return errors.size();
  }

  List<Problem> warnings() {
    return inFileOrder(warnings);
  }

  void throwIfAny() throws ConfigException {
    if (!errors.isEmpty()) {
      throw new ConfigException(inFileOrder(errors));
    }
  }

  private List<Problem> inFileOrder(Set<Finding> findings) {
    var sorted = new ArrayList<>(findings);
    sorted.sort(
        Comparator.comparingInt((Finding f) -> rank(f.origin()))
            .thenComparing(f -> f.origin().source())
            .thenComparingInt(f -> f.origin().line()));
    return sorted.stream().map(Finding::problem).toList();
  }

  /** The file that was asked for, then what it includes, then what has no lines. */
  private int rank(Origin origin) {
    if (origin.source().equals(mainSource)) {
      return 0;
    }
    return origin.line() > 0 ? 1 : 2;
  }
}
