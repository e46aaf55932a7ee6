package io.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.app.Cli.Outcome;
import io.sluice.app.control.Answer;
import io.sluice.app.control.Answer.Verdict;
import io.sluice.app.control.ControlCall;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code sluice status} and {@code sluice server}, against a proxy in another process. */
class OperatorCommandsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path folder;
  private EchoServer first;
  private EchoServer second;
  private Path socket;
  private SluiceProcess sluice;

  @BeforeEach
  void run() throws IOException {
    first = new EchoServer('a');
    second = new EchoServer('b');
    socket = folder.resolve("control.sock");
    Path file = folder.resolve("sluice.conf");
    Files.write(
        file,
        List.of(
            "sluice.frontends.web {",
            "  bind = \"127.0.0.1:0\", backend = app, max-connections = 7, mirror = m0 }",
            "sluice.mirrors.m0.to = \"tcp:127.0.0.1:1\"",
            "sluice.backends.app {",
            // A connection of a check has this long: no pause of a loop shall be a failure.
            "  check { type = tcp, interval = 1s }",
            "  server-defaults.max-connections = 50",
            "  servers { a = \"" + first.address() + "\"",
            "    b { address = \"" + second.address() + "\", weight = 3, max-connections = none }",
            "    c { address = \"127.0.0.1:1\", backup = true, check.type = none } } }",
            "sluice.control-socket = \"" + socket + "\""));
    sluice = SluiceProcess.start("run", "-c", file.toString());
    sluice.awaitPort();
  }

  @AfterEach
  void end() throws IOException {
    sluice.close();
    first.close();
    second.close();
  }

  private Outcome ask(String... words) {
    List<String> arguments = new ArrayList<>(List.of(words));
    arguments.addAll(List.of("--socket", socket.toString()));
    return Cli.run(arguments.toArray(String[]::new));
  }

  /** A line of the tables, its columns with one space between two. */
  private String row(String name) {
    Outcome status = ask("status");
    assertThat(status.code()).as(status.err()).isZero();
    return status
        .out()
        .lines()
        .map(line -> line.replaceAll(" +", " "))
        .filter(line -> line.startsWith(name + " "))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " in " + status.out()));
  }

  private void awaitRow(String name, String pattern) {
    Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(row(name)).matches(pattern));
  }

  /** A session, and which server has it. */
  private record Held(Socket client, char server) implements AutoCloseable {
    boolean isServed() throws IOException {
      client.getOutputStream().write('x');
      return client.getInputStream().read() == 'x';
    }

    @Override
    public void close() throws IOException {
      client.close();
    }
  }

  private Held connect() throws IOException {
    Socket client = sluice.connect();
    return new Held(client, (char) client.getInputStream().read());
  }

  private Held connectTo(char server) throws IOException {
    for (int attempt = 0; attempt < 16; attempt++) {
      Held held = connect();
      if (held.server() == server) {
        return held;
      }
      held.close();
    }
    throw new AssertionError("no session for " + server);
  }

  private void assertNoneGoesTo(char server) throws IOException {
    for (int attempt = 0; attempt < 8; attempt++) {
      try (Held held = connect()) {
        assertThat(held.server()).isNotEqualTo(server);
      }
    }
  }

  @Test
  void statusTellsWhatIsThere() throws Exception {
    awaitRow("app/a", ".* L4OK in \\d+ms .*");
    try (Held held = connectTo('a')) {
      assertThat(held.isServed()).isTrue();
      awaitRow("web", "web [1-9] 7 \\d+ \\d+ B \\d+ B 0");
      awaitRow(
          "app/a", "app/a UP L4OK in \\d+ms " + first.address() + " 1 1 50 0 [1-9]\\d* 1 B 2 B 0");
    }
    awaitRow("app/b", "app/b UP L4OK .*" + second.address() + " 3 0 - 0 .*");
    assertThat(row("app/c"))
        .startsWith("app/c no check, backup - 127.0.0.1:1 1 0 50 0 0 0 B 0 B 0");
    assertThat(row("app")).startsWith("app 3 of 3 up - - - ");
    assertThat(row("m0")).matches("m0 \\d+ \\d+ 0 B \\d+ % 0 ms");
    assertThat(ask("status").out().lines().filter(String::isEmpty)).hasSize(3); // Between tables.
    assertThat(row("sluice"))
        .matches(
            "sluice \\S+, process "
                + sluice.pid()
                + ", up 0 min \\d+ s: \\d+ sessions?, 3 of 3 servers up \\(.*\\)");
  }

  @Test
  void countersAreThoseOfTheLog() throws Exception {
    connect().close();

    Outcome counters = ask("status", "--counters");

    assertThat(counters.code()).isZero();
    assertThat(counters.out().lines())
        .anyMatch(line -> line.startsWith("counters proxy: sessions_total=1 "))
        .anyMatch(line -> line.startsWith("counters server app/b: "))
        .anyMatch(line -> line.startsWith("counters loop 0: "));
  }

  @Test
  void drainedServerKeepsItsSessionsAndGetsNoMoreUntilItIsReady() throws Exception {
    try (Held held = connectTo('a')) {
      assertThat(ask("server", "app/a", "drain")).isEqualTo(new Outcome(0, "app/a is DRAIN\n", ""));

      assertNoneGoesTo('a');
      assertThat(held.isServed()).isTrue();
      assertThat(row("app/a")).startsWith("app/a DRAIN ");
      assertThat(sluice.awaitLine("Server app/a enters drain state")).contains(" WARN ");
      assertThat(ask("reload").out()).contains("no changes");
      assertNoneGoesTo('a');

      assertThat(ask("server", "app/a", "ready").out()).isEqualTo("app/a is UP\n");

      assertThat(held.isServed()).isTrue();
      connectTo('a').close();
      sluice.awaitLine("Server app/a is UP (leaving forced drain)");
    }
  }

  @Test
  void serverOutOfMaintenanceIsCheckedAgain() throws Exception {
    awaitRow("app/a", ".* L4OK in .*");

    assertThat(ask("server", "app/a", "maint").out()).isEqualTo("app/a is MAINT\n");

    assertNoneGoesTo('a');
    assertThat(row("app")).startsWith("app 2 of 3 up ");
    sluice.awaitLine("Server app/a is going DOWN for maintenance");
    // 1/3 until its first check: one that fails would be enough to take it down.
    assertThat(ask("server", "app/a", "ready").out()).matches("app/a is UP( 1/3)?\n");
    awaitRow("app/a", "app/a UP L4OK .*");
    first.close();
    awaitRow("app/a", "app/a DOWN L4CON .*"); // Checked again.
  }

  @Test
  void sessionsOfAServerAreClosedAtOnceOrInTime() throws Exception {
    try (Held held = connectTo('a');
        Held other = connectTo('b')) {
      assertThat(ask("server", "app/a", "maint", "--close-sessions").code()).isZero();
      assertThat(held.client().getInputStream().read()).isEqualTo(-1);

      assertThat(ask("server", "app/b", "drain", "--within", "100ms").code()).isZero();
      assertThat(other.client().getInputStream().read()).isEqualTo(-1);
    }
    for (String server : List.of("app/a", "app/b")) {
      Awaitility.await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(sluice.lines())
                      .anyMatch(line -> line.contains(" web " + server) && line.contains(" K- ")));
    }
  }

  @Test
  void processThatRunsAnotherFileIsNotTouched() throws Exception {
    Path other = Files.writeString(folder.resolve("other.conf"), "");

    for (String[] words :
        List.of(new String[] {"status"}, new String[] {"server", "app/a", "drain"})) {
      List<String> all = new ArrayList<>(List.of(words));
      all.addAll(List.of("-c", other.toString()));
      Outcome refused = ask(all.toArray(String[]::new));
      assertThat(refused.code()).isEqualTo(ExitCode.FAILURE);
      assertThat(refused.err())
          .isEqualTo(
              "sluice: the process runs "
                  + folder.resolve("sluice.conf")
                  + ", not "
                  + other
                  + ": nothing is done\n");
    }
    assertThat(row("app/a")).startsWith("app/a UP ");
    assertThat(ask("status", "-c", folder.resolve("sluice.conf").toString()).code()).isZero();
  }

  @Test
  void drainOfAServerThatIsDownIsSeen() throws Exception {
    first.close();
    awaitRow("app/a", "app/a DOWN L4CON .*");

    assertThat(ask("server", "app/a", "drain").out()).isEqualTo("app/a is DOWN, drain\n");

    assertThat(row("app/a")).startsWith("app/a DOWN, drain ");
  }

  @ParameterizedTest
  @CsvSource({
    "app/z, 'backend \"app\" has no server \"z\", but a, b, c'",
    "api/a, 'no backend \"api\"; there are: app'",
  })
  void serverThatThereIsNotIsNamedWithThoseThatThereAre(String server, String reason) {
    assertThat(ask("server", server, "drain"))
        .isEqualTo(new Outcome(ExitCode.FAILURE, "", "sluice: " + reason + "\n"));
  }

  @ParameterizedTest
  @CsvSource({
    "server app/a off, Invalid value for positional parameter",
    "server app drain, BACKEND/SERVER is two names with a slash between them: 'app'",
    "server app/a/b drain, BACKEND/SERVER is two names",
    "server app/a ready --close-sessions, --close-sessions belongs to drain and maint",
    "server app/a maint --within 5s, '--within belongs to drain, without --close-sessions'",
    "server app/a drain --within 5s --close-sessions, --within belongs to drain",
    "server app/a drain --within 1441m, --within is at most 1440m",
    "server app/a drain --timeout 0s, '--timeout is more than 0, at most 60m'",
  })
  void badCommandLineAsksNobody(String words, String reason) {
    Outcome outcome = ask(words.split(" "));

    assertThat(outcome.code()).isEqualTo(ExitCode.USAGE);
    assertThat(outcome.err()).startsWith("sluice: " + reason);
    assertThat(row("app/a")).startsWith("app/a UP ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "server",
        "server app/a",
        "server app/a off",
        "server app/a drain within -1",
        "server app/a drain within",
        "server app/a maint within 5",
        "server app/a ready within 5",
        "server app/a ready close",
        "server app/a ready close ",
      })
  void badRequestIsToldWhatIsRight(String request) throws Exception {
    Answer answer = ControlCall.ask(socket, request, PATIENCE);

    assertThat(answer.verdict()).isEqualTo(Verdict.FAILED);
    assertThat(answer.summary()).startsWith("it takes BACKEND/SERVER ready | maint ");
  }

  @Test
  void nobodyWhoListensIsAnExitCodeOfItsOwn() {
    Path elsewhere = folder.resolve("none");

    assertThat(Cli.run("status", "--socket", elsewhere.toString()))
        .isEqualTo(
            new Outcome(
                ExitCode.NOT_RUNNING, "", "sluice: no process listens at " + elsewhere + "\n"));
  }
}
