package io.sluice.config;

import static io.sluice.config.Refused.bad;
import static io.sluice.config.Refused.problems;
import static io.sluice.config.Refused.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BadConfigTest {

  /** Three good lines; what a test adds begins at line 4. */
  private static final String GOOD =
      """
      sluice.frontends.web { bind = ":80", backend = app }
      sluice.backends.app.servers.a = "h:1"

      """;

  @TempDir Path directory;

  static Stream<Arguments> badInputs() {
    return Stream.of(
            numbers(), durationsAndSizes(), thresholds(), keys(), names(), addresses(), syntax())
        .flatMap(group -> group);
  }

  private static Stream<Arguments> numbers() {
    return Stream.of(
        bad(
            "sluice.threads = many",
            "s.conf:4: sluice.threads = \"many\": must be a whole number between 1 and 1024, or"
                + " auto"),
        bad(
            "sluice.threads = 0",
            "s.conf:4: sluice.threads = 0: must be a whole number between 1 and 1024, or auto"),
        bad(
            "sluice.threads = 2.5",
            "s.conf:4: sluice.threads = 2.5: must be a whole number between 1 and 1024, or auto"),
        bad(
            "sluice.threads = [1]",
            "s.conf:4: sluice.threads = [1]: must be a whole number between 1 and 1024, or auto"),
        bad(
            "sluice.threads { a = 1 }",
            "s.conf:4: sluice.threads: must be a whole number between 1 and 1024, or auto"),
        bad(
            "sluice.frontends.web.max-connections = -1",
            "s.conf:4: sluice.frontends.web.max-connections = -1: must be a whole number between 1"
                + " and 2147483647"),
        bad(
            "sluice.max-connections = 99999999999",
            "s.conf:4: sluice.max-connections = 99999999999: must be a whole number between 1 and"
                + " 2147483647"),
        bad(
            "sluice.tcp.nodelay = maybe",
            "s.conf:4: sluice.tcp.nodelay = \"maybe\": must be true or false"),
        bad(
            "sluice.transport = epol",
            "s.conf:4: sluice.transport = \"epol\": must be auto or epoll or nio; did you mean"
                + " \"epoll\"?"),
        bad(
            "sluice.tcp.congestion-control = \"b b r\"",
            "s.conf:4: sluice.tcp.congestion-control = \"b b r\": must be the name of an algorithm,"
                + " or auto"));
  }

  private static Stream<Arguments> durationsAndSizes() {
    String timeout = "must be a duration such as 30s, 5m or 500ms, between 1ms and 365d, or none";
    return Stream.of(
        bad(
            "sluice.timeouts.client = 5 parsecs",
            "s.conf:4: sluice.timeouts.client = \"5 parsecs\": " + timeout),
        bad(
            "sluice.timeouts.client = -5s",
            "s.conf:4: sluice.timeouts.client = \"-5s\": " + timeout),
        bad(
            "sluice.timeouts.client = 10us",
            "s.conf:4: sluice.timeouts.client = \"10us\": " + timeout),
        bad(
            "sluice.timeouts.client = 366d",
            "s.conf:4: sluice.timeouts.client = \"366d\": " + timeout),
        bad(
            "sluice.timeouts.client = 99999999999999999999d",
            "s.conf:4: sluice.timeouts.client = \"99999999999999999999d\": " + timeout),
        bad(
            "sluice.drain-timeout = -1",
            "s.conf:4: sluice.drain-timeout = -1: must be a duration such as 30s, 5m or 500ms,"
                + " between 0ms and 365d, or none"),
        bad(
            "sluice.tcp.keep-alive-idle = 500ms",
            "s.conf:4: sluice.tcp.keep-alive-idle = \"500ms\": must be a duration such as 30s, 5m"
                + " or 500ms, between 1s and 32767s, or auto"),
        bad(
            "sluice.pump.buffer-size = 64KB2",
            "s.conf:4: sluice.pump.buffer-size = \"64KB2\": must be a size such as 64KiB, between"
                + " 4KiB and 64MiB"),
        bad(
            "sluice.tcp.send-buffer = 2GiB",
            "s.conf:4: sluice.tcp.send-buffer = \"2GiB\": must be a size such as 64KiB, between"
                + " 4KiB and 1GiB, or auto"));
  }

  private static Stream<Arguments> thresholds() {
    return Stream.of(
        bad(
            "sluice.pump.pipe-size = 100KiB",
            "s.conf:4: sluice.pump.pipe-size = \"100KiB\": must be a power of two: the kernel"
                + " rounds up, to 128KiB"),
        bad(
            "sluice.pump.pipe-size = 2KiB",
            "s.conf:4: sluice.pump.pipe-size = \"2KiB\": must be a size such as 64KiB, between 4KiB"
                + " and 1GiB"),
        bad(
            "sluice.pump.copy-below = 32KiB",
            "s.conf:4: sluice.pump.copy-below = \"32KiB\": is too large for splice-at-least"
                + " (32KiB): a flow between them would change to and fro"),
        bad(
            "sluice.pump.splice-at-least = 128KiB",
            "s.conf:4: sluice.pump.splice-at-least = \"128KiB\": is too large for buffer-size"
                + " (64KiB): no read could be that large"),
        bad(
            "sluice.pump.turn-budget = 9KiB",
            "s.conf:4: sluice.pump.turn-budget = \"9KiB\": is too small for splice-at-least"
                + " (32KiB): no read could be that large"),
        bad(
            "sluice.pump.pipe-size = 4KiB\nsluice.pump.copy-below = 5000",
            "s.conf:5: sluice.pump.copy-below = 5000: is too large for pipe-size (4KiB): every fill"
                + " would be below it"));
  }

  private static Stream<Arguments> keys() {
    return Stream.of(
        bad(
            "sluice.thread = 4",
            "s.conf:4: sluice.thread = 4: unknown key; did you mean \"threads\"?"),
        bad("frontends {}", "s.conf:4: frontends: unknown key; it belongs in sluice"),
        bad(
            "sluice.frontends.web.timeouts.server = 5s",
            "s.conf:4: sluice.frontends.web.timeouts.server = \"5s\": unknown key; it belongs in"
                + " sluice.timeouts or sluice.backends.<name>.timeouts"),
        bad(
            "sluice.backends.app.max-connections = 5",
            "s.conf:4: sluice.backends.app.max-connections = 5: unknown key; it belongs in sluice"
                + " or sluice.server-defaults or sluice.frontends.<name> or"
                + " sluice.backends.<name>.server-defaults or sluice.backends.<name>.servers.<name>"),
        bad(
            "sluice.backends.app.server { b = \"h:2\" }",
            "s.conf:4: sluice.backends.app.server: unknown key; did you mean \"servers\"?"),
        bad(
            "sluice.listen.fastopen = 5",
            "s.conf:4: sluice.listen.fastopen = 5: unknown key; did you mean \"fast-open\"?"),
        bad(
            "sluice.listen.colour = red",
            "s.conf:4: sluice.listen.colour = \"red\": unknown key; the keys here are backlog,"
                + " defer-accept, fast-open, unix-group, unix-mode, unix-owner, v6only"),
        bad(
            "sluice.timeouts = 5s",
            "s.conf:4: sluice.timeouts = \"5s\": must be an object: timeouts { ... }"),
        bad(
            "sluice.backends.app.servers.b = 5",
            "s.conf:4: sluice.backends.app.servers.b = 5: must be an object: b { ... }"),
        bad(
            "sluice.backends.app.servers = [\"h:1\"]",
            "s.conf:4: sluice.backends.app.servers = [\"h:1\"]: must be an object: servers { ..."
                + " }"),
        bad(
            "sluice.frontends.x {}",
            "s.conf:4: sluice.frontends.x.bind: is missing",
            "s.conf:4: sluice.frontends.x.backend: is missing"),
        bad(
            "sluice.backends.x {}",
            "s.conf:4: sluice.backends.x.servers: at least one server is needed"),
        bad("sluice.frontends.web.bind = null", "s.conf:1: sluice.frontends.web.bind: is missing"));
  }

  private static Stream<Arguments> names() {
    return Stream.of(
        bad(
            "sluice.frontends.web.backend = ap",
            "s.conf:4: sluice.frontends.web.backend = \"ap\": no backend has this name; did you"
                + " mean \"app\"?"),
        bad(
            "sluice.frontends.web.backend = database",
            "s.conf:4: sluice.frontends.web.backend = \"database\": no backend has this name"),
        bad(
            "sluice.backends.\"a b\".servers.a = \"h:1\"",
            "s.conf:4: sluice.backends.\"a b\": a name has only letters, digits and _ . : -"));
  }

  private static Stream<Arguments> addresses() {
    return Stream.of(
        bad(
            "sluice.frontends.web.bind = \"h:70000\"",
            "s.conf:4: sluice.frontends.web.bind = \"h:70000\": port 70000 is not between 0 and"
                + " 65535"),
        bad(
            "sluice.frontends.web.bind = [\":1\",\n 8080, \"::1:80\"]",
            "s.conf:5: sluice.frontends.web.bind = 8080: must be a string in quotes",
            "s.conf:5: sluice.frontends.web.bind = \"::1:80\": an IPv6 address needs brackets:"
                + " [::1]:80"),
        bad(
            "sluice.frontends.web.bind = []",
            "s.conf:4: sluice.frontends.web.bind = []: must not be empty"),
        bad(
            "sluice.backends.app.servers.b = \":80\"",
            "s.conf:4: sluice.backends.app.servers.b.address = \":80\": a server needs a host"
                + " before the port"),
        bad(
            "sluice.backends.app.servers.b = \"h:0\"",
            "s.conf:4: sluice.backends.app.servers.b.address = \"h:0\": a server needs a port other"
                + " than 0"),
        bad(
            "sluice.frontends.two { bind = [\"[::1]:81\", \"0.0.0.0:80\"], backend = app }",
            "s.conf:4: sluice.frontends.two.bind = \"0.0.0.0:80\": the address is already claimed"
                + " by \":80\" of frontend web (s.conf:1)"));
  }

  /** An error would end a process that only reads its file anew. */
  @Test
  void whatIsNestedTooDeeplyIsAProblem() {
    assertThat(refused("sluice { a " + "{ a ".repeat(200_000)).problems())
        .singleElement()
        .hasToString("s.conf: is nested too deeply");
  }

  private static Stream<Arguments> syntax() {
    return Stream.of(
        bad(
            "sluice.threads = ${nowhere}",
            "s.conf:4: Could not resolve substitution to a value: ${nowhere}"),
        bad(
            "sluice { threads = 4",
            "s.conf:4: Expecting close brace } or a comma, got end of file"),
        bad(
            "sluice.frontends.web { bind = 127.0.0.1:80 }",
            "s.conf:4: Expecting close brace } or a comma, got ':' (if you intended ':' to be part"
                + " of a key or string value, try enclosing the key or value in double quotes)"),
        bad("sluice = 5", "s.conf:4: sluice = 5: must be an object: sluice { ... }"));
  }

  @ParameterizedTest
  @MethodSource("badInputs")
  void everyProblemIsNamed(String hocon, List<String> messages) {
    assertThat(problems(GOOD + hocon)).containsExactlyElementsOf(messages);
  }

  @Test
  void allProblemsAreReportedTogetherInTheOrderOfTheFile() {
    ConfigException refused =
        refused(
            """
            sluice {
              backends { app { servers { a = "nothing" } } }
              frontends {
                web { bind = ":80", backend = ap }
                two { bind = "*:80", backend = app, timeouts { client = soon } }
              }
              timeouts { client = later }
              treads = 4
            }
            """);

    assertThat(refused.problems())
        .extracting(Problem::origin, Problem::key, Problem::value)
        .containsExactly(
            tuple("s.conf:2", "sluice.backends.app.servers.a.address", "\"nothing\""),
            tuple("s.conf:4", "sluice.frontends.web.backend", "\"ap\""),
            tuple("s.conf:5", "sluice.frontends.two.timeouts.client", "\"soon\""),
            tuple("s.conf:5", "sluice.frontends.two.bind", "\"*:80\""),
            tuple("s.conf:7", "sluice.timeouts.client", "\"later\""),
            tuple("s.conf:8", "sluice.treads", "4"));
    assertThat(refused).hasMessageContaining("\ns.conf:8: sluice.treads = 4: unknown key");
  }

  @Test
  void problemsOfIncludedFilesNameThem() throws IOException {
    Path main = Files.writeString(directory.resolve("a.conf"), GOOD + "include \"b.conf\"\n");
    Path included = Files.writeString(directory.resolve("b.conf"), "\nsluice.threads = x\n");

    ConfigException refused =
        catchThrowableOfType(ConfigException.class, () -> ConfigReader.read(main));

    assertThat(refused)
        .hasMessage(
            included
                + ":2: sluice.threads = \"x\": must be a whole number between 1 and 1024, or auto");
  }

  @Test
  void includesThatCannotBeReadAreNamed() throws IOException {
    Path gone = directory.resolve("gone.conf");
    Path main = directory.resolve("a.conf");
    Files.writeString(main, "include required(file(\"" + gone + "\"))\n");
    assertThat(catchThrowableOfType(ConfigException.class, () -> ConfigReader.read(main)))
        .hasMessageStartingWith(main + ": ")
        .hasMessageContaining(gone + " (No such file or directory)");

    Path circle = directory.resolve("circle.conf");
    Files.writeString(circle, "include \"circle.conf\"\n");
    assertThat(catchThrowableOfType(ConfigException.class, () -> ConfigReader.read(circle)))
        .hasMessage(
            circle
                + ": include statements nested more than 50 times, you probably have a cycle in"
                + " your includes.");
  }

  @Test
  void defaultThatDoesNotFitIsTheFilesProblem() {
    assertThat(refused(GOOD + "sluice.tcp.keep-alive-idle += 5s").getMessage())
        .matches("s\\.conf: does not go with reference\\.conf:\\d+: Cannot concatenate .*");
  }

  @Test
  void fileThatCannotBeReadIsNamed() throws IOException {
    Path none = directory.resolve("none.conf");
    assertThat(catchThrowableOfType(ConfigException.class, () -> ConfigReader.read(none)))
        .hasMessage(none + ": no such file");
    assertThat(catchThrowableOfType(ConfigException.class, () -> ConfigReader.read(directory)))
        .hasMessage(directory + ": is a directory, not a file");
  }

  @Test
  void fileWithoutPermissionIsNamed() throws IOException {
    Path secret = Files.writeString(directory.resolve("secret.conf"), GOOD);
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("---------"));
    Assumptions.assumeFalse(Files.isReadable(secret), "root reads everything");

    assertThat(catchThrowableOfType(ConfigException.class, () -> ConfigReader.read(secret)))
        .hasMessage(secret + ": permission denied");
  }

  @Test
  void overrideWithoutAPathIsNamed() throws IOException {
    Path file = Files.writeString(directory.resolve("s.conf"), GOOD);

    ConfigException refused =
        catchThrowableOfType(
            ConfigException.class,
            () -> ConfigReader.read(file, Map.of("sluice..threads", 4), "command line"));

    assertThat(refused).hasMessageStartingWith("command line: ");
  }

  @Test
  void doubtfulSettingsAreWarnings() throws ConfigException {
    Loaded loaded =
        ConfigReader.parse(
            "s.conf",
            GOOD
                + """
                sluice.timeouts { connect = none, server = none }
                sluice.frontends.web.timeouts.client = 0
                sluice.backends.spare.servers.a = "h:1"
                sluice.pump { pipe-size = 2MiB, mode = splice }
                sluice.frontends.web.max-connections = 20000
                sluice.transport = nio
                """);

    assertThat(loaded.warnings().stream().map(Problem::toString))
        .containsExactly(
            "s.conf:4: sluice.timeouts.connect = \"none\": sessions whose peer has vanished are"
                + " kept for ever; set a timeout",
            "s.conf:4: sluice.timeouts.server = \"none\": sessions whose peer has vanished are"
                + " kept for ever; set a timeout",
            "s.conf:5: sluice.frontends.web.timeouts.client = 0: sessions whose peer has vanished"
                + " are kept for ever; set a timeout",
            "s.conf:6: sluice.backends.spare: no frontend uses this backend",
            "s.conf:7: sluice.pump.pipe-size = \"2MiB\": is more than 1MiB, which an unprivileged"
                + " user gets only with a larger fs.pipe-max-size",
            "s.conf:7: sluice.pump.mode = \"splice\": has no effect: transport nio cannot splice,"
                + " it copies",
            "s.conf:8: sluice.frontends.web.max-connections = 20000: is never reached:"
                + " sluice.max-connections is 10000");
  }
}
