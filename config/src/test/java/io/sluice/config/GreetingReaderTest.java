package io.sluice.config;

import static io.sluice.config.Refused.problems;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** PROXY headers, server names and the terms of sessions, read and refused. */
class GreetingReaderTest {

  /** Four lines; what a test adds begins at line 5. */
  private static final String GOOD =
      """
      sluice.frontends.web { bind = ":80", backend = app }
      sluice.backends.app.servers.a = "h:1"
      sluice.backends.other.servers.a = "h:1"

      """;

  private static SluiceConfig read(String hocon) throws ConfigException {
    return ConfigReader.parse("s.conf", GOOD + hocon).config();
  }

  static Stream<Arguments> badInputs() {
    return Stream.of(
        Arguments.of(
            "sluice.server-names { www.example.com = app }",
            "s.conf:5: sluice.server-names.www: a name with dots in it must be in quotes"),
        Arguments.of(
            "sluice.server-names { \"a.*.com\" = app }",
            "s.conf:5: sluice.server-names.\"a.*.com\" = \"app\": \"a.*.com\" is no server name:"
                + " write \"www.example.com\" or \"*.example.com\""),
        Arguments.of(
            "sluice.server-names { \"b\\u00fccher.example\" = app }",
            "s.conf:5: sluice.server-names.\"b\u00fccher.example\" = \"app\":"
                + " \"b\u00fccher.example\""
                + " is no server name: write \"www.example.com\" or \"*.example.com\""),
        Arguments.of(
            "sluice.server-names { \"a.com\" = app, \"A.com.\" = other }",
            "s.conf:5: sluice.server-names.\"a.com\" = \"app\": is the same as \"A.com.\""),
        Arguments.of(
            "sluice.server-names { \"a.com\" = ap }",
            "s.conf:5: sluice.server-names.\"a.com\" = \"ap\": no backend has this name;"
                + " did you mean \"app\"?"),
        Arguments.of(
            "sluice.server-names = app",
            "s.conf:5: sluice.server-names = \"app\": must be an object: server-names {"
                + " \"name\" = value }"),
        Arguments.of(
            "sluice.server-names { \"a.com\" = 5 }",
            "s.conf:5: sluice.server-names.\"a.com\" = 5: must be a string in quotes"),
        Arguments.of(
            "sluice.frontends.web.alpn { \"h 2\" = app }",
            "s.conf:5: sluice.frontends.web.alpn.\"h 2\" = \"app\": \"h 2\" is no protocol such as"
                + " h2"),
        Arguments.of(
            "sluice.accept-proxy-protocol.otherwise = yes",
            "s.conf:5: sluice.accept-proxy-protocol.otherwise = \"yes\": must be require or accept"
                + " or ignore or reject or off"),
        Arguments.of(
            "sluice.frontends.web.accept-proxy-protocol.require = \"10.0.0.1/8\"",
            "s.conf:5: sluice.frontends.web.accept-proxy-protocol.require = \"10.0.0.1/8\": has"
                + " bits behind its prefix: write 10.0.0.0/8; a list has addresses such as"
                + " 10.0.0.0/8, and unix, or file:/path"),
        Arguments.of(
            "sluice.accept-proxy-protocol.max-header = 100",
            "s.conf:5: sluice.accept-proxy-protocol.max-header = 100: must be a size such as 64KiB,"
                + " between 536 and 65551"),
        Arguments.of(
            "sluice.inspect-timeout = 1h",
            "s.conf:5: sluice.inspect-timeout = \"1h\": must be a duration such as 30s, 5m or"
                + " 500ms, between 1ms and 10m"),
        Arguments.of(
            "sluice.backends.app.send-proxy-protocol = v3",
            "s.conf:5: sluice.backends.app.send-proxy-protocol = \"v3\": must be none or v1 or v2;"
                + " did you mean \"v1\"?"),
        Arguments.of(
            "sluice.max-lifetime-jitter = 101%",
            "s.conf:5: sluice.max-lifetime-jitter = \"101%\": must be a percentage from 0% to"
                + " 100%"));
  }

  @ParameterizedTest
  @MethodSource("badInputs")
  void badInputIsRefusedWithItsPlace(String hocon, String message) {
    assertThat(problems(GOOD + hocon)).containsExactly(message);
  }

  @Test
  void anInheritedTableIsToldOfOnce() {
    assertThat(
            problems(
                GOOD
                    + "sluice.frontends.second { bind = \":81\", backend = other }\n"
                    + "sluice.alpn { h2 = nowhere }"))
        .hasSize(1);
  }

  @Test
  void aBackendThatOnlyNamesLeadToIsUsed() throws ConfigException {
    Loaded loaded =
        ConfigReader.parse("s.conf", GOOD + "sluice.server-names { \"a.com\" = other }");

    assertThat(loaded.warnings()).isEmpty();
  }

  @Test
  void aFrontendsTableTakesThePlaceOfTheInheritedOne() throws ConfigException {
    GreetingConfig greeting =
        read("sluice.server-names { \"a.com\" = app }\n"
                + "sluice.frontends.web.server-names { \"b.com\" = other }")
            .frontends()
            .get("web")
            .greeting();

    assertThat(greeting.serverNames()).containsExactly(Map.entry("b.com", "other"));
    assertThat(greeting.readsProxyHeaders()).isFalse();
  }

  @Test
  void policiesKeepTheirOrder() throws ConfigException {
    GreetingConfig greeting =
        read("sluice.accept-proxy-protocol { reject = \"0.0.0.0/0\", accept = [\"127.0.0.1\"] }")
            .frontends()
            .get("web")
            .greeting();

    assertThat(greeting.proxySources().keySet())
        .containsExactly(ProxyPolicy.ACCEPT, ProxyPolicy.REJECT);
    assertThat(greeting.readsProxyHeaders()).isTrue();
  }

  @Test
  void lifetimesAreSpreadBelowTheirMaximum() throws ConfigException {
    SessionConfig session =
        read("sluice.backends.app { max-lifetime = 100s, max-lifetime-jitter = 20% }")
            .backends()
            .get("app")
            .session();
    SplittableRandom random = new SplittableRandom(1);

    for (int i = 0; i < 1000; i++) {
      assertThat(Duration.ofNanos(session.drawLifetimeNs(random)))
          .isBetween(Duration.ofSeconds(80), Duration.ofSeconds(100));
    }
    SessionConfig exact = new SessionConfig(ProxyVersion.NONE, Duration.ofSeconds(9), 0);
    assertThat(exact.drawLifetimeNs(random)).isEqualTo(Duration.ofSeconds(9).toNanos());
  }
}
