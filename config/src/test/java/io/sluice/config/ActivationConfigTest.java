package io.sluice.config;

import static io.sluice.config.Refused.refused;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is said about services that systemd starts, with its sockets. */
class ActivationConfigTest {

  /** Three good lines; what a test adds begins at line 4. */
  private static final String GOOD =
      """
      sluice.frontends.web { bind = "systemd:web", backend = app }
      sluice.backends.app.servers.a = "h:1"

      """;

  static Stream<Arguments> badInputs() {
    return Stream.of(
        Arguments.of(
            "sluice.exit-idle-time = 500ms",
            "s.conf:4: sluice.exit-idle-time = \"500ms\": must be a duration such as 30s, 5m or"
                + " 500ms, between 1s and 365d, or none"),
        Arguments.of(
            "sluice.frontends.web.bind = \"systemd:\"",
            "s.conf:4: sluice.frontends.web.bind = \"systemd:\": the name of the socket is missing:"
                + " systemd:NAME, from its unit"),
        Arguments.of(
            "sluice.frontends.two { bind = [\":81\", \"systemd:web\"], backend = app }",
            "s.conf:4: sluice.frontends.two.bind = \"systemd:web\": the address is already claimed"
                + " by \"systemd:web\" of frontend web (s.conf:1)"),
        Arguments.of(
            "sluice.backends.app.servers.b = \"systemd:web\"",
            "s.conf:4: sluice.backends.app.servers.b.address = \"systemd:web\": port web is not a"
                + " number between 0 and 65535"),
        Arguments.of(
            "sluice.transport = nio",
            "s.conf:1: sluice.frontends.web.bind = \"systemd:web\": transport nio cannot take over"
                + " sockets; use epoll or auto"));
  }

  @ParameterizedTest
  @MethodSource("badInputs")
  void badInputIsNamedWithItsPlace(String hocon, String message) {
    assertThat(refused(GOOD + hocon)).hasMessage(message);
  }

  @Test
  void exitWhenIdleIsForSocketsThatOutliveTheProcess() throws ConfigException {
    Loaded good = ConfigReader.parse("s.conf", GOOD + "sluice.exit-idle-time = 10m");
    Loaded doubtful =
        ConfigReader.parse(
            "s.conf",
            GOOD
                + "sluice.exit-idle-time = 10m\n"
                + "sluice.frontends.web.bind = [\"systemd:web\", \":81\"]");

    assertThat(good.warnings()).isEmpty();
    assertThat(doubtful.warnings())
        .singleElement()
        .hasToString(
            "s.conf:4: sluice.exit-idle-time = \"10m\": after the exit nobody accepts at :81;"
                + " let systemd listen and start the service again: bind = \"systemd:NAME\"");
  }
}
