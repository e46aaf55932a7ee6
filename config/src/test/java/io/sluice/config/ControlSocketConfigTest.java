package io.sluice.config;

import static io.sluice.config.Refused.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ControlSocketConfig.Mode;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ControlSocketConfigTest {

  /** Two good lines; what a test adds begins at line 3. */
  private static final String GOOD =
      """
      sluice.frontends.web { bind = ":80", backend = app }
      sluice.backends.app.servers.a = "h:1"
      """;

  private static final String PATH_RULE =
      "must be a path such as \"/run/sluice/control.sock\", auto or none";

  static Stream<Arguments> badInputs() {
    return Stream.of(
        Arguments.of("\"control.sock\"", PATH_RULE),
        Arguments.of("\"/run/sluice/\"", PATH_RULE),
        Arguments.of("automatic", PATH_RULE),
        Arguments.of("\"\"", PATH_RULE),
        Arguments.of(
            "\"unix:@sluice\"", "an abstract socket is open to every user; give it a path"),
        Arguments.of("\"@sluice\"", "an abstract socket is open to every user; give it a path"),
        Arguments.of("[\"/run/a\"]", "must be a string in quotes"),
        Arguments.of("\"/run/" + "x".repeat(103) + "\"", "a UNIX path has at most 107 bytes"));
  }

  @ParameterizedTest
  @MethodSource("badInputs")
  void badInputIsNamedWithItsPlace(String value, String rule) {
    assertThat(refused(GOOD + "sluice.control-socket = " + value).getMessage())
        .startsWith("s.conf:3: sluice.control-socket = ")
        .endsWith(": " + rule);
  }

  private static ControlSocketConfig read(String value) throws ConfigException {
    return ConfigReader.parse("s.conf", GOOD + "sluice.control-socket = " + value)
        .config()
        .controlSocket();
  }

  @Test
  void autoIsInTheFirstDirectoryThatTheServiceManagerGives() throws ConfigException {
    ControlSocketConfig auto = read("auto");

    assertThat(auto).isEqualTo(ControlSocketConfig.AUTO);
    assertThat(auto.path(Map.of("RUNTIME_DIRECTORY", "/run/sluice/web")))
        .contains("/run/sluice/web/control.sock");
    assertThat(auto.path(Map.of("RUNTIME_DIRECTORY", "/run/a:/run/b")))
        .contains("/run/a/control.sock");
    assertThat(auto.path(Map.of("RUNTIME_DIRECTORY", ""))).isEmpty();
    assertThat(auto.path(Map.of())).isEmpty();
  }

  @Test
  void pathAndNoneDoNotAskTheServiceManager() throws ConfigException {
    Map<String, String> systemd = Map.of("RUNTIME_DIRECTORY", "/run/sluice");

    assertThat(read("\"/run/my.sock\""))
        .isEqualTo(new ControlSocketConfig(Mode.PATH, "/run/my.sock"));
    assertThat(read("\"/run/my.sock\"").path(systemd)).contains("/run/my.sock");
    assertThat(read("none").path(systemd)).isEqualTo(Optional.empty());
  }
}
