package io.sluice.config;

import java.util.List;
import java.util.Map;

/**
 * A valid configuration.
 *
 * @param warnings what is allowed but probably not meant, in the order of the file
 * @param effective every key with its value, in the order of {@code reference.conf}
 * @param lists what the files of addresses hold that it names, by path
 */
public record Loaded(
    SluiceConfig config,
    List<Problem> warnings,
    List<Setting> effective,
    Map<String, AddressList> lists) {

  public Loaded {
    warnings = List.copyOf(warnings);
    effective = List.copyOf(effective);
    lists = Map.copyOf(lists);
  }
}
