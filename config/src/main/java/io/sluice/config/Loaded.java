package io.sluice.config;

import java.util.List;

/**
 * A valid configuration.
 *
 * @param warnings what is allowed but probably not meant, in the order of the file
 * @param effective every key with its value, in the order of {@code reference.conf}
 */
public record Loaded(SluiceConfig config, List<Problem> warnings, List<Setting> effective) {

  public Loaded {
    warnings = List.copyOf(warnings);
    effective = List.copyOf(effective);
  }
}
