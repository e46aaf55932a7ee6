package io.sluice.config;

import static io.sluice.config.Refused.bad;
import static io.sluice.config.Refused.problems;
import static io.sluice.config.Refused.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class BadMirrorTest {

  /** Three good lines; what a test adds begins at line 4. */
  private static final String GOOD =
      """
      sluice.frontends.web { bind = "127.0.0.1:80", backend = app, mirror = m }
      sluice.backends.app.servers.a = "h:1"
      sluice.mirrors.m = "h:9"
      """;

  /** A target that is refused, with the rule. */
  private static Arguments badTarget(String to, String rule) {
    return bad(
        "sluice.mirrors.m = \"" + to + "\"",
        "s.conf:4: sluice.mirrors.m.to = \"" + to + "\": " + rule);
  }

  static Stream<Arguments> badInputs() {
    return Stream.of(targets(), templates(), values(), useless(), names(), paths(), loops())
        .flatMap(group -> group);
  }

  private static Stream<Arguments> targets() {
    String forms = ": a mirror goes to tcp:host:port, unix:/path, file:/path or pcapng:/path";
    return Stream.of(
        badTarget("udp:10.0.0.1:53", "there is no target udp" + forms),
        badTarget("kafka://h:1", "there is no target kafka" + forms),
        badTarget("pcapn:/a", "there is no target pcapn" + forms + "; did you mean \"pcapng\"?"),
        badTarget("/var/a", "a path needs its kind before it: file:/var/a"),
        badTarget("tcp:unix:/a", "a UNIX socket is written unix:/a"),
        badTarget("h", "the port is missing: h:port"),
        badTarget("h:x", "port x is not a number between 0 and 65535"),
        badTarget("tcp:h:0", "a server needs a port other than 0"),
        badTarget(":80", "a server needs a host before the port"),
        badTarget("fe80::1:80", "an IPv6 address needs brackets: [fe80::1]:80"),
        badTarget("unix:a", "a UNIX path must begin with /"),
        bad("sluice.mirrors.m = 9", "s.conf:4: sluice.mirrors.m = 9: must be an object: m { ... }"),
        bad("sluice.mirrors.n {}\nsluice.mirror = n", "s.conf:4: sluice.mirrors.n.to: is missing"));
  }

  private static Stream<Arguments> templates() {
    String known = "{date}, {time}, {session}, {frontend}, {mirror}, {client}, {direction}";
    return Stream.of(
        badTarget("file:", "the path is missing"),
        badTarget("file:a/{session}", "the path must begin with /"),
        badTarget("file:/a/{session}/", "the path must not end with /"),
        badTarget("file:/a/{sesion}", "there is no {sesion}; did you mean \"session\"?"),
        badTarget("file:/a/{}", "there is no {}; there are " + known),
        badTarget("file:/a/{session", "a brace has no counterpart"),
        badTarget("file:/a}/{session}", "a brace has no counterpart"),
        badTarget(
            "pcapng:/{frontend}",
            "a capture holds all sessions of the mirror: {frontend} cannot be in it"),
        badTarget(
            "file:/a/{session}/../b",
            "behind a placeholder there must be plain names between the slashes"),
        badTarget(
            "file:/a/{date}//{session}",
            "behind a placeholder there must be plain names between the slashes"),
        badTarget("file:/a\u007f/{session}", "the path must not contain control characters"),
        badTarget(
            "file:/a/{client}", "each session has a file of its own: put {session} into the path"),
        badTarget(
            "pcapng:/{session}",
            "a capture holds all sessions of the mirror: {session} cannot be in it"),
        badTarget(
            "pcapng:/a.{direction}",
            "a capture holds all sessions of the mirror: {direction} cannot be in it"),
        badTarget(
            "pcapng:/{client}/a",
            "a capture holds all sessions of the mirror: {client} cannot be in it"),
        bad(
            "sluice.mirrors.m { to = \"file:/{session}\", direction = both }",
            "s.conf:4: sluice.mirrors.m.to = \"file:/{session}\": both directions cannot go into"
                + " one file: put {direction} into the path"),
        bad(
            "sluice.mirrors.m { direction = both, replies = \"file:/{session}\", to = \"h:9\" }",
            "s.conf:4: sluice.mirrors.m.replies = \"file:/{session}\": both directions cannot go"
                + " into one file: put {direction} into the path"),
        bad(
            "sluice.mirrors.m { to = \"h:9\", replies = keep }",
            "s.conf:4: sluice.mirrors.m.replies = \"keep\": must be discard or file:/path"));
  }

  private static Stream<Arguments> values() {
    return Stream.of(
        bad(
            "sluice.mirrors.m { to = \"h:9\", direction = to_server }",
            "s.conf:4: sluice.mirrors.m.direction = \"to_server\": must be to-server or to-client"
                + " or both; did you mean \"to-server\"?"),
        bad(
            "sluice.mirror-defaults.when-slow = drop",
            "s.conf:4: sluice.mirror-defaults.when-slow = \"drop\": must be detach or block"),
        bad(
            "sluice.mirror-defaults.buffer = 4000",
            "s.conf:4: sluice.mirror-defaults.buffer = 4000: must be a size such as 64KiB, between"
                + " 4KiB and 1GiB"),
        bad(
            "sluice.mirror-defaults.max-lag = 0.5ms",
            "s.conf:4: sluice.mirror-defaults.max-lag = \"0.5ms\": must be a duration such as 30s,"
                + " 5m or 500ms, between 1ms and 365d, or none"),
        bad(
            "sluice.mirror-defaults.sample = 200%",
            "s.conf:4: sluice.mirror-defaults.sample = \"200%\": must be a share such as 10%, 1/100"
                + " or 10% by client"),
        bad(
            "sluice.mirror-defaults.sample = 10",
            "s.conf:4: sluice.mirror-defaults.sample = 10: must be a share such as 10%, 1/100 or"
                + " 10% by client"),
        bad(
            "sluice.mirror-defaults.max-sessions = 0",
            "s.conf:4: sluice.mirror-defaults.max-sessions = 0: must be a whole number between 1"
                + " and 2147483647, or none"),
        bad(
            "sluice.mirror-defaults.max-bytes = 2000TiB",
            "s.conf:4: sluice.mirror-defaults.max-bytes = \"2000TiB\": must be a size such as"
                + " 64KiB, between 4KiB and 1024TiB, or none"),
        bad(
            "sluice.mirror-defaults.to = \"h:1\"",
            "s.conf:4: sluice.mirror-defaults.to = \"h:1\": unknown key; it belongs in"
                + " sluice.mirrors.<name>"),
        bad(
            "sluice.mirrors.m { to = \"h:9\", maxlag = 1s }",
            "s.conf:4: sluice.mirrors.m.maxlag = \"1s\": unknown key; did you mean \"max-lag\"?"));
  }

  private static Stream<Arguments> useless() {
    return Stream.of(
        bad(
            "sluice.mirrors.m { to = \"tcp:h:9\", rotate-size = 1MiB, keep = 3, max-bytes = none }",
            "s.conf:4: sluice.mirrors.m.keep = 3: means nothing for a target tcp, only for pcapng",
            "s.conf:4: sluice.mirrors.m.max-bytes = \"none\": means nothing for a target tcp, only"
                + " for file",
            "s.conf:4: sluice.mirrors.m.rotate-size = \"1MiB\": means nothing for a target tcp,"
                + " only for pcapng"),
        bad(
            "sluice.mirrors.m { to = \"file:/{session}\", proxy-protocol = v2 }",
            "s.conf:4: sluice.mirrors.m.proxy-protocol = \"v2\": means nothing for a target file,"
                + " only for tcp and unix"),
        bad(
            "sluice.mirrors.m { to = \"pcapng:/a\", replies = discard, connect-timeout = 1s }",
            "s.conf:4: sluice.mirrors.m.connect-timeout = \"1s\": means nothing for a target"
                + " pcapng, only for tcp and unix",
            "s.conf:4: sluice.mirrors.m.replies = \"discard\": means nothing for a target pcapng,"
                + " only for tcp and unix"));
  }

  private static Stream<Arguments> names() {
    return Stream.of(
        bad(
            "sluice.frontends.web.mirror = [m,\n shado]\nsluice.mirrors.shadow = \"h:9\"",
            "s.conf:5: sluice.frontends.web.mirror = \"shado\": no mirror has this name; did you"
                + " mean \"shadow\"?"),
        bad(
            "sluice.frontends.web.mirror = [m,\n m]",
            "s.conf:5: sluice.frontends.web.mirror = \"m\": the mirror is named twice"),
        bad(
            "sluice.frontends.web.mirror = []",
            "s.conf:4: sluice.frontends.web.mirror = []: must not be empty"),
        bad(
            "sluice.frontends.web.mirror = { m = 1 }",
            "s.conf:4: sluice.frontends.web.mirror: must be a string in quotes"),
        bad(
            "sluice.mirror = elsewhere",
            "s.conf:4: sluice.mirror = \"elsewhere\": no mirror has this name"),
        bad(
            "sluice.mirrors.none = \"h:9\"",
            "s.conf:4: sluice.mirrors.none: none means no mirror and cannot be the name of one"));
  }

  private static Stream<Arguments> paths() {
    return Stream.of(
        bad(
            "sluice.mirrors.a = \"file:/a/{mirror}/{session}\"\n"
                + "sluice.mirrors.b = \"file:/a//x/../a/{session}\"",
            "s.conf:5: sluice.mirrors.b.to = \"file:/a//x/../a/{session}\": the path is already"
                + " that of mirror a.to (s.conf:4)"),
        bad(
            "sluice.mirrors.a = \"pcapng:/a\"\nsluice.mirrors.b = \"pcapng:/a\"",
            "s.conf:5: sluice.mirrors.b.to = \"pcapng:/a\": the path is already that of mirror"
                + " a.to (s.conf:4)"),
        bad(
            "sluice.mirror-defaults.replies = \"file:/{session}\"\nsluice.mirrors.b = \"h:8\"",
            "s.conf:4: sluice.mirror-defaults.replies = \"file:/{session}\": the path is already"
                + " that of mirror m.replies (s.conf:4)"));
  }

  private static Stream<Arguments> loops() {
    String back = "leads back to frontend web, which uses this mirror";
    return Stream.of(
        badTarget("127.0.0.1:80", back),
        badTarget("localhost:80", back),
        badTarget("0.0.0.0:80", back),
        badTarget("[::ffff:127.0.0.1]:80", back),
        bad(
            "sluice.frontends.web.bind = \"unix:/w\"\nsluice.mirrors.m = \"unix:/w\"",
            "s.conf:5: sluice.mirrors.m.to = \"unix:/w\": " + back),
        bad(
            """
            sluice.mirrors { m = "127.0.0.1:81", n = "127.0.0.1:82" }
            sluice.frontends.x { bind = ":81", backend = app, mirror = n }
            sluice.frontends.y { bind = "127.0.0.1:82", backend = proxy }
            sluice.backends.proxy.servers.web = "127.0.0.1:80"
            """,
            "s.conf:4: sluice.mirrors.m.to = \"127.0.0.1:81\": " + back + ": web -> x -> y -> web",
            "s.conf:4: sluice.mirrors.n.to = \"127.0.0.1:82\": leads back to frontend x, which"
                + " uses this mirror: x -> y -> web -> x"));
  }

  @ParameterizedTest
  @MethodSource("badInputs")
  void everyProblemIsNamed(String hocon, List<String> messages) {
    assertThat(problems(GOOD + hocon)).containsExactlyElementsOf(messages);
  }

  @ParameterizedTest
  @CsvSource({
    ":80,           false, 127.0.0.1:80",
    ":80,           false, 127.9.9.9:80",
    ":80,           false, '[::1]:80'",
    "0.0.0.0:80,    false, localhost:80",
    "'[::]:80',     false, 127.0.0.1:80",
    "'[::]:80',     true,  '[::1]:80'",
    "localhost:80,  false, '[::1]:80'",
    "n.example:80,  false, N.example:80",
    "192.0.2.1:80,  false, 192.0.2.1:80",
    "'[fe80::1%eth0]:80', false, '[fe80::1%eth0]:80'",
  })
  void mirrorOfItsOwnFrontendIsRefused(String bind, boolean v6only, String to) {
    assertThat(refused(mirrored(bind, v6only, to)))
        .hasMessage(
            "s.conf:3: sluice.mirrors.m.to = \""
                + to
                + "\": leads back to frontend web, which uses this mirror");
  }

  @ParameterizedTest
  @CsvSource({
    ":80,           false, 127.0.0.1:81",
    ":80,           false, 192.0.2.1:80",
    ":80,           false, '[2001:db8::1]:80'",
    ":80,           false, n.example:80",
    "'[::]:80',     true,  127.0.0.1:80",
    "0.0.0.0:80,    false, '[::1]:80'",
    "127.0.0.1:80,  false, 127.0.0.2:80",
    "127.0.0.1:80,  false, '[::]:80'",
    ":0,            false, 127.0.0.1:80",
    ":80,           false, unix:/80",
    "unix:/a,       false, unix:@/a",
  })
  void mirrorElsewhereIsNone(String bind, boolean v6only, String to) {
    assertThatCode(() -> ConfigReader.parse("s.conf", mirrored(bind, v6only, to)))
        .doesNotThrowAnyException();
  }

  private static String mirrored(String bind, boolean v6only, String to) {
    return """
        sluice.frontends.web { bind = "BIND", backend = app, mirror = m, listen.v6only = ONLY }
        sluice.backends.app.servers.a = "h:1"
        sluice.mirrors.m = "TO"
        """
        .replace("BIND", bind)
        .replace("ONLY", String.valueOf(v6only))
        .replace("TO", to);
  }

  @Test
  void addressOfAnInterfaceIsThisMachine() throws Exception {
    String own =
        java.net.NetworkInterface.networkInterfaces()
            .flatMap(java.net.NetworkInterface::inetAddresses)
            .filter(java.net.Inet4Address.class::isInstance)
            .findFirst()
            .orElseThrow()
            .getHostAddress();

    assertThat(refused(mirrored(":80", false, own + ":80"))).isNotNull();
  }

  @Test
  void circleOfServersAloneIsNoLoopOfMirrors() {
    String hocon =
        """
        sluice.frontends.web { bind = "127.0.0.1:80", backend = app, mirror = m }
        sluice.frontends.x { bind = "127.0.0.1:81", backend = x }
        sluice.backends.app.servers.a = "h:1"
        sluice.backends.x.servers.a = "127.0.0.1:81"
        sluice.mirrors.m = "127.0.0.1:81"
        """;

    assertThatCode(() -> ConfigReader.parse("s.conf", hocon)).doesNotThrowAnyException();
  }
}
