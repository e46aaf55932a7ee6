package io.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.app.Cli.Outcome;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code sluice reload} in this process, against a proxy in another one. */
class ReloadCommandTest {
  @TempDir Path folder;
  private EchoServer server;
  private Path file;
  private Path socket;

  @BeforeEach
  void open() throws IOException {
    server = new EchoServer('a');
    file = folder.resolve("sluice.conf");
    socket = folder.resolve("control.sock");
    write();
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  /** The configuration, at line 5 what a test adds. */
  private void write(String... lines) throws IOException {
    List<String> all = new ArrayList<>();
    all.add("sluice.timeouts { client = 1h, tunnel = 1h }");
    all.add("sluice.frontends.web { bind = \"127.0.0.1:0\", backend = app }");
    all.add("sluice.backends.app.servers.a = \"" + server.address() + "\"");
    all.add("sluice.control-socket = \"" + socket + "\"");
    all.addAll(List.of(lines));
    Files.write(file, all);
  }

  private SluiceProcess run() throws IOException {
    SluiceProcess sluice = SluiceProcess.start("run", "-c", file.toString(), "--threads", "1");
    sluice.awaitPort();
    return sluice;
  }

  private Outcome reload(String... more) {
    List<String> arguments = new ArrayList<>(List.of("reload", "--socket", socket.toString()));
    arguments.addAll(List.of(more));
    return Cli.run(arguments.toArray(String[]::new));
  }

  private static void assertEchoes(Socket client, int value) throws IOException {
    client.getOutputStream().write(value);
    assertThat(client.getInputStream().read()).isEqualTo(value);
  }

  @Test
  void errorsOfTheFileAreShownAndTheProcessGoesOn() throws Exception {
    try (SluiceProcess sluice = run();
        Socket client = sluice.connect()) {
      assertThat(client.getInputStream().read()).isEqualTo('a');
      write("sluice.thread = 4", "sluice.drain-timeout = soon");

      Outcome outcome = reload();

      assertThat(outcome.code()).isEqualTo(ExitCode.USAGE);
      assertThat(outcome.out()).isEmpty();
      assertThat(outcome.err().lines())
          .satisfiesExactly(
              line -> assertThat(line).startsWith(file + ":5: sluice.thread = 4: unknown key"),
              line -> assertThat(line).startsWith(file + ":6: sluice.drain-timeout = \"soon\": "),
              line ->
                  assertThat(line)
                      .isEqualTo("sluice: reload failed, the former configuration goes on"));
      assertThat(sluice.awaitLine("sluice.thread = 4")).contains(" ERROR ");
      assertThat(sluice.awaitLine("reload failed")).contains(" ERROR ");
      assertEchoes(client, 42);
      sluice.connect().close();
    }
  }

  @Test
  void hupReloadsToo() throws Exception {
    try (SluiceProcess sluice = run()) {
      write("sluice.thread = 4");

      sluice.signal("HUP");

      assertThat(sluice.awaitLine("reloading " + file)).contains(" INFO ");
      assertThat(sluice.awaitLine(file + ":5: sluice.thread = 4: ")).contains(" ERROR ");
      sluice.awaitLine("reload failed, the former configuration goes on");
      sluice.connect().close();
    }
  }

  @Test
  void dryRunShowsTheDifferenceAndAppliesNothing() throws Exception {
    try (SluiceProcess sluice = run()) {
      write(
          "sluice.threads = 7 # The command line of the process beats it.",
          "sluice.drain-timeout = 9s");

      Outcome outcome = reload("--dry-run");

      assertThat(outcome)
          .isEqualTo(
              new Outcome(
                  0,
                  "~ sluice.drain-timeout: 30s -> 9s  # "
                      + file
                      + ":6\n"
                      + file
                      + ": 1 change, nothing applied\n",
                  ""));
      assertThat(reload("--dry-run")).isEqualTo(outcome);
      assertThat(sluice.lines()).noneMatch(line -> line.contains("reloading"));
    }
  }

  @Test
  void dryRunTakesAnotherFile() throws Exception {
    try (SluiceProcess sluice = run()) {
      assertThat(sluice.isAlive()).isTrue();
      Path other = folder.resolve("other.conf");
      Files.write(other, Files.readAllLines(file));

      assertThat(reload("--dry-run", "-c", other.toString()))
          .isEqualTo(new Outcome(0, other + ": no changes, nothing applied\n", ""));

      Files.writeString(other, Files.readString(file) + "sluice.thread = 4");
      Outcome wrong = reload("--dry-run", "-c", other.toString());
      assertThat(wrong.code()).isEqualTo(ExitCode.USAGE);
      assertThat(wrong.err()).startsWith(other + ":5: sluice.thread = 4: unknown key");
    }
  }

  @Test
  void otherFileThanTheProcessRunsIsNotReloaded() throws Exception {
    try (SluiceProcess sluice = run()) {
      Path other = folder.resolve("other.conf");
      Files.write(other, Files.readAllLines(file));

      Outcome outcome = reload("-c", other.toString());

      assertThat(outcome.code()).isEqualTo(ExitCode.FAILURE);
      assertThat(outcome.err())
          .isEqualTo("sluice: the process runs " + file + ", not " + other + ": nothing is done\n");
      assertThat(sluice.lines()).noneMatch(line -> line.contains("reloading"));
    }
  }

  @Test
  void fileTellsWhereItsProcessListens() throws Exception {
    try (SluiceProcess sluice = run()) {
      assertThat(Cli.run("reload", "--dry-run", "-c", file.toString()))
          .isEqualTo(new Outcome(0, file + ": no changes, nothing applied\n", ""));
      assertThat(sluice.isAlive()).isTrue();
    }
  }

  @Test
  void withoutAProcessItSaysSo() throws IOException {
    assertThat(reload())
        .isEqualTo(
            new Outcome(
                ExitCode.NOT_RUNNING, "", "sluice: no process listens at " + socket + "\n"));
    Files.delete(file);
    assertThat(Cli.run("reload", "-c", file.toString()).code()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void directoryOfTheServiceManagerHasTheSocketWithoutBeingAskedFor() throws Exception {
    Path runtime = Files.createDirectory(folder.resolve("runtime"));
    Map<String, String> environment = Map.of("RUNTIME_DIRECTORY", runtime + ":/nowhere");
    try (SluiceProcess sluice =
            SluiceProcess.start(
                environment, Main.class, List.of(), "forward", "127.0.0.1:0", server.address());
        SluiceProcess other =
            SluiceProcess.start(
                environment, Main.class, List.of(), "forward", "127.0.0.1:0", server.address())) {
      sluice.awaitPort();
      other.awaitPort();
      socket = runtime.resolve("control.sock");
      assertThat(socket).exists();
      // Either may be the second; the log is written later than where it listens.
      await()
          .atMost(SluiceProcess.PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(Stream.of(sluice, other).flatMap(one -> one.lines().stream()))
                      .filteredOn(line -> line.contains("no control socket"))
                      .singleElement()
                      .asString()
                      .contains(
                          " WARN ", "no control socket, sluice reload does not reach this: "));

      assertThat(reload())
          .isEqualTo(
              new Outcome(
                  ExitCode.FAILURE,
                  "",
                  "sluice: nothing to reload: this process runs without a configuration file\n"));

      assertThat(reload("--dry-run").err()).contains("-c FILE is needed");
      sluice.signal("TERM");
      other.signal("TERM");
      assertThat(sluice.awaitExit()).isZero();
      assertThat(other.awaitExit()).isZero();
      assertThat(socket).doesNotExist();
    }
  }

  @Test
  void secondProcessAtTheSamePathDoesNotStart() throws Exception {
    try (SluiceProcess first = run();
        SluiceProcess second = SluiceProcess.start("run", "-c", file.toString())) {
      assertThat(second.awaitExit()).isEqualTo(ExitCode.FAILURE);
      assertThat(second.lines())
          .singleElement()
          .asString()
          .startsWith("sluice: cannot listen on unix:" + socket + ": a process still listens");
      assertThat(reload("--dry-run").code()).isZero();
      assertThat(first.isAlive()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--timeout 0s,    '--timeout is more than 0'",
    "--timeout 61m,   '--timeout is more than 0'",
    "--timeout soon,  'is not a time such as 500ms'",
    "--sockets x,     'Unknown option'",
  })
  void badUsageIsExplained(String options, String message) {
    Outcome outcome = reload(options.split(" "));

    assertThat(outcome.code()).isEqualTo(ExitCode.USAGE);
    assertThat(outcome.err()).startsWith("sluice: ").contains(message);
  }
}
