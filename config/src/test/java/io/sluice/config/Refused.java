package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.junit.jupiter.params.provider.Arguments;

/** Configurations that are refused, and what is said of them then. */
final class Refused {

  private Refused() {}

  /** One case of a table of bad inputs: a configuration, and all that is said of it, in order. */
  static Arguments bad(String hocon, String... problems) {
    return Arguments.of(hocon, List.of(problems));
  }

  /** How {@code hocon} is refused as the file s.conf; null when it is not. */
  static ConfigException refused(String hocon) {
    return catchThrowableOfType(ConfigException.class, () -> ConfigReader.parse("s.conf", hocon));
  }

  /** All that is said of {@code hocon}, which must be refused. */
  static List<String> problems(String hocon) {
    ConfigException refused = refused(hocon);
    assertThat(refused).as(hocon).isNotNull();
    return refused.problems().stream().map(Problem::toString).toList();
  }
}
