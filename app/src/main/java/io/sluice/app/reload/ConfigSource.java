package io.sluice.app.reload;

import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.config.Loaded;
import io.sluice.config.MachineChecks;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where the configuration of a process comes from, at its start and at each reload.
 *
 * @param file as the operator named it
 * @param overrides full path to value of what beats the file
 * @param overridesOrigin where these come from, in messages
 */
public record ConfigSource(Path file, Map<String, String> overrides, String overridesOrigin) {

  public ConfigSource {
    overrides = Map.copyOf(overrides);
  }

  /**
   * The configuration as it is now.
   *
   * @throws ConfigException with every problem, also those of this machine
   */
  public Loaded load() throws ConfigException {
    Loaded loaded = ConfigReader.read(file, overrides, overridesOrigin);
    MachineChecks.check(loaded);
    return loaded;
  }
}
