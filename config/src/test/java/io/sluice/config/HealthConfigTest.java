package io.sluice.config;

import static io.sluice.config.Refused.bad;
import static io.sluice.config.Refused.problems;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.CheckConfig.Header;
import io.sluice.config.CheckConfig.InitialState;
import io.sluice.config.ObserveConfig.Mode;
import io.sluice.config.ObserveConfig.OnError;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class HealthConfigTest {

  static final HealthConfig DEFAULTS =
      new HealthConfig(
          new CheckConfig(
              new CheckKind.None(),
              Duration.ofSeconds(2),
              Duration.ZERO,
              Duration.ZERO,
              Duration.ZERO,
              2,
              3,
              0,
              InitialState.UP,
              CheckTarget.OWN,
              Header.INHERIT),
          new AgentConfig(false, CheckTarget.OWN, Duration.ofSeconds(2), ""),
          new ObserveConfig(Mode.NONE, 10, OnError.FAIL_CHECK));

  /** Three good lines; what a test adds begins at line 4. */
  private static final String GOOD =
      """
      sluice.frontends.web { bind = ":80", backend = app }
      sluice.backends.app.servers.a.address = "10.0.0.1:81"
      sluice.backends.app.servers.u.address = "unix:/u"
      """;

  private static HealthConfig health(String server, String hocon) throws ConfigException {
    SluiceConfig config = ConfigReader.parse("s.conf", GOOD + hocon).config();
    return config.backends().get("app").servers().stream()
        .filter(candidate -> candidate.name().equals(server))
        .findFirst()
        .orElseThrow()
        .health();
  }

  private static CheckConfig check(String hocon) throws ConfigException {
    return health("a", "sluice.backends.app.check { " + hocon + " }").check();
  }

  /** Nobody is asked by what only others inherit. */
  @Test
  void typeAndStepsMayComeFromDifferentPlaces() throws ConfigException {
    String steps = "sluice.backends.app.check.send-expect = [{ send = \"PING\\r\\n\" }]\n";

    assertThat(health("a", steps + "sluice.check.type = send-expect").check().kind())
        .isEqualTo(new CheckKind.SendExpect(List.of(new CheckStep.Send("PING\r\n"))));
  }

  @Test
  void defaultsComeFromTheReference() throws ConfigException {
    assertThat(health("a", "")).isEqualTo(DEFAULTS);
    assertThat(DEFAULTS.check().isOn()).isFalse();
  }

  @Test
  void everyKeyIsRead() throws ConfigException {
    String hocon =
        """
        sluice.backends.app {
          check { type = http, interval = 1s, fast-interval = 100ms, down-interval = 5s }
          check { timeout = 300ms, rise = 4, fall = 5, spread = 12%, initial-state = fully-down }
          check { address = "10.0.0.9", port = 8080, proxy-protocol = v2, send-expect = [] }
          check.http { method = GET, path = "/x?y", host = "h:1", status = "200,300-302" }
          check.server-name = none
          agent { port = 9, address = "::1", interval = 3s, send = "hé" }
          observe { mode = connect, error-limit = 3, on-error = sudden-death }
        }
        """;

    assertThat(health("a", hocon))
        .isEqualTo(
            new HealthConfig(
                new CheckConfig(
                    new CheckKind.Http(
                        "GET",
                        "/x?y",
                        "h:1",
                        new StatusSet(
                            List.of(new StatusSet.Range(200, 200), new StatusSet.Range(300, 302)))),
                    Duration.ofSeconds(1),
                    Duration.ofMillis(100),
                    Duration.ofSeconds(5),
                    Duration.ofMillis(300),
                    4,
                    5,
                    12,
                    InitialState.FULLY_DOWN,
                    new CheckTarget(Optional.of(new Address.Tcp("10.0.0.9", 0)), 8080),
                    Header.V2),
                new AgentConfig(
                    true,
                    new CheckTarget(Optional.of(new Address.Tcp("::1", 0)), 9),
                    Duration.ofSeconds(3),
                    "h\u00c3\u00a9"),
                new ObserveConfig(Mode.CONNECT, 3, OnError.SUDDEN_DEATH)));
  }

  @Test
  void eachKindHasItsTerms() throws ConfigException {
    assertThat(check("type = tcp").kind()).isEqualTo(new CheckKind.Tcp());
    assertThat(check("type = tls, server-name = a.example").kind())
        .isEqualTo(new CheckKind.Tls("a.example"));
    assertThat(check("type = tls").kind()).isEqualTo(new CheckKind.Tls(""));
    assertThat(
            check(
                    "type = send-expect, send-expect = [{ send = \"PING\\r\\n\" },"
                        + " { expect = \"+é\" }, { send-hex = \"00 fF\" }, { expect-hex = 0d0a },"
                        + " { expect-regex = \"^a+\" }]")
                .kind())
        .isEqualTo(
            new CheckKind.SendExpect(
                List.of(
                    new CheckStep.Send("PING\r\n"),
                    new CheckStep.Expect("+\u00c3\u00a9", false),
                    new CheckStep.Send("\u0000\u00ff"),
                    new CheckStep.Expect("\r\n", true),
                    new CheckStep.ExpectRegex("^a+"))));
  }

  @Test
  void serverTakesFromItsBackendOneKeyAtATime() throws ConfigException {
    String hocon =
        """
        sluice.check { rise = 7, http.method = HEAD }
        sluice.backends.app.check { type = http, fall = 8, http.path = "/b" }
        sluice.backends.app.servers.a { check { port = 9, http.status = "204" }, agent.port = 5 }
        sluice.backends.app.observe.mode = connect
        """;

    HealthConfig own = health("a", hocon);
    assertThat(own.check().rise()).isEqualTo(7);
    assertThat(own.check().fall()).isEqualTo(8);
    assertThat(own.check().target().port()).isEqualTo(9);
    assertThat(own.agent().isOn()).isTrue();
    assertThat(own.observe().mode()).isEqualTo(Mode.CONNECT);
    assertThat(own.check().kind())
        .isEqualTo(new CheckKind.Http("HEAD", "/b", "", StatusSet.parse("204")));
    assertThat(health("u", hocon).agent().isOn()).isFalse();
    assertThat(health("u", hocon).check().target()).isEqualTo(CheckTarget.OWN);
  }

  @ParameterizedTest
  @CsvSource({"10.0.0.9, 10.0.0.9", "'[::1]', ::1", "fe80::1, fe80::1", "h.example, h.example"})
  void hostsOfChecksNeedNoPort(String text, String host) throws ConfigException {
    assertThat(check("address = \"" + text + "\"").target().address())
        .contains(new Address.Tcp(host, 0));
  }

  @Test
  void agentMayBeAUnixSocket() throws ConfigException {
    HealthConfig health = health("u", "sluice.backends.app.agent.address = \"unix:@agent\"");

    assertThat(health.agent().isOn()).isTrue();
    assertThat(health.agent().target().address()).contains(new Address.Abstract("agent"));
  }

  private static Arguments badCheck(String key, String value, String rule) {
    return bad(
        "sluice.check." + key + " = " + value,
        "s.conf:4: sluice.check." + key + " = " + value + ": " + rule);
  }

  static Stream<Arguments> badInputs() {
    return Stream.of(values(), steps(), wholes()).flatMap(group -> group);
  }

  private static Stream<Arguments> values() {
    String statuses = "must be statuses such as 200-399 or 200,204";
    return Stream.of(
        badCheck(
            "type",
            "\"htp\"",
            "must be none or tcp or send-expect or http or tls; did you mean \"http\"?"),
        badCheck(
            "interval", "0", "must be a duration such as 30s, 5m or 500ms, between 1ms and 365d"),
        badCheck("rise", "0", "must be a whole number between 1 and 1000"),
        badCheck("spread", "\"51%\"", "must be a share of the interval, 0% to 50%"),
        badCheck("spread", "5", "must be a share of the interval, 0% to 50%"),
        badCheck("port", "0", "must be a whole number between 1 and 65535, or none"),
        badCheck("address", "\"h:80\"", "the port has a key of its own: port"),
        badCheck("address", "\"a b\"", "a b is not a host name"),
        badCheck("http.method", "\"GET /\"", "must be a method such as GET"),
        badCheck("http.path", "\"x\"", "must be a path such as /health, without spaces"),
        badCheck("http.path", "\"/a b\"", "must be a path such as /health, without spaces"),
        badCheck("http.host", "\"a b\"", "must be a host as in the Host header, or none"),
        badCheck("http.status", "\"200-\"", statuses),
        badCheck("http.status", "\"600\"", statuses),
        badCheck("http.status", "\"300-200\"", "300-200 ends before it begins"),
        badCheck("server-name", "\"10.0.0.1\"", "must be the name of a host, or none"),
        badCheck(
            "proxy-protocol",
            "\"v3\"",
            "must be inherit or none or v1 or v2; did you mean \"v1\"?"),
        bad(
            "sluice.backends.app.servers.a.check.rize = 1",
            "s.conf:4: sluice.backends.app.servers.a.check.rize = 1: unknown key; did you mean"
                + " \"rise\"?"),
        bad(
            "sluice.backends.app.observe.on-error = die",
            "s.conf:4: sluice.backends.app.observe.on-error = \"die\": must be fast-interval or"
                + " fail-check or sudden-death or mark-down"));
  }

  private static Arguments badStep(String step, String at, String rule) {
    return bad(
        "sluice.check.send-expect = [" + step + "]",
        "s.conf:4: sluice.check.send-expect" + at + rule);
  }

  private static Stream<Arguments> steps() {
    return Stream.of(
        bad(
            "sluice.check.send-expect = x",
            "s.conf:4: sluice.check.send-expect = \"x\": must be a list of objects: [ { ... },"
                + " ... ]"),
        bad(
            "sluice.check.send-expect = [x]",
            "s.conf:4: sluice.check.send-expect = \"x\": must be an object: { ... }"),
        bad(
            "sluice.check.send-expect = [{ send = a, expect = b }]",
            "s.conf:4: sluice.check.send-expect = [{\"expect\":\"b\",\"send\":\"a\"}]: each"
                + " step has one of send, send-hex, expect, expect-hex, expect-regex"),
        badStep("{ sent = a }", ".sent = \"a\"", ": unknown key; did you mean \"send\"?"),
        badStep("{ send = \"\" }", ".send = \"\"", ": must have 1 to 16384 bytes"),
        badStep(
            "{ expect-hex = \"0\" }",
            ".expect-hex = \"0\"",
            ": must be pairs of hex digits, such as \"0d 0a\""),
        badStep(
            "{ expect-regex = \"a(\" }",
            ".expect-regex = \"a(\"",
            ": is no regular expression: Unclosed group at 2"),
        badStep(
            "{ expect-regex = \"é\" }",
            ".expect-regex = \"é\"",
            ": must be ASCII: bytes beyond it are written \\xNN"));
  }

  private static Stream<Arguments> wholes() {
    return Stream.of(
        bad(
            "sluice.backends.app.check { type = send-expect, send-expect = [] }",
            "s.conf:4: sluice.backends.app.check.type = \"send-expect\": a check of this type needs"
                + " at least one step"),
        bad(
            "sluice.backends.app { servers.u.check { type = tcp, port = 80 } }",
            "s.conf:4: sluice.backends.app.servers.u.check.port = 80: needs an address too: the"
                + " server is a UNIX socket"),
        bad(
            "sluice.backends.app { servers.u.check { type = tcp, address = h } }",
            "s.conf:4: sluice.backends.app.servers.u.check.address = \"h\": needs a port too: the"
                + " server's address has none"),
        bad(
            "sluice.backends.app.servers.a.check { type = tcp, address = \"unix:/a\", port = 8 }",
            "s.conf:4: sluice.backends.app.servers.a.check.port = 8: means nothing beside the"
                + " address of a UNIX socket"),
        bad(
            "sluice.backends.app.servers.a.agent.address = h",
            "s.conf:4: sluice.backends.app.servers.a.agent.address = \"h\": an agent needs a port"
                + " too"),
        bad(
            "sluice.backends.app.servers.a.observe.mode = connect",
            "s.conf:4: sluice.backends.app.servers.a.observe.mode = \"connect\": needs a check:"
                + " without one, a server that is down would stay so for ever"));
  }

  @ParameterizedTest
  @MethodSource("badInputs")
  void everyProblemIsNamed(String hocon, List<String> messages) {
    assertThat(problems(GOOD + hocon)).containsExactlyElementsOf(messages);
  }
}
