package io.sluice.config;

import java.util.List;
import java.util.Map;

/**
 * What a configuration comes to, as text: what two of them are compared by, also when one of them
 * is in another process.
 *
 * @param settings every key with its value
 * @param lists what the files of addresses hold that it names, by path
 */
public record EffectiveConfig(List<Setting> settings, Map<String, AddressList> lists) {

  public EffectiveConfig {
    settings = List.copyOf(settings);
    lists = Map.copyOf(lists);
  }

  /** That of a configuration that was just read. */
  public static EffectiveConfig of(Loaded loaded) {
    return new EffectiveConfig(loaded.effective(), loaded.lists());
  }
}
