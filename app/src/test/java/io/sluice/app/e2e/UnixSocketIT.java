package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** UNIX sockets on both sides, with socat as client and server; and who owns a socket's path. */
@EndToEnd
class UnixSocketIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int QUESTION_BYTES = 1_000_000;

  @TempDir Path folder;
  private final List<Program> programs = new ArrayList<>();

  @AfterEach
  void stop() {
    programs.forEach(Program::close);
  }

  @ParameterizedTest
  @CsvSource({"epoll, path", "epoll, abstract", "nio, path"})
  void bytesPassFromPathToServer(String transport, String kind) throws IOException {
    String name =
        kind.equals("path")
            ? folder.resolve("server.sock").toString()
            : "@sluice-e2e-" + ProcessHandle.current().pid();
    serve(name);
    Path question = Files.write(folder.resolve("question"), new byte[QUESTION_BYTES]);

    try (Sluice sluice = listen(transport, "unix:" + name)) {
      assertThat(sluice.address()).isEqualTo("unix:" + path());
      Program direct = start("direct", question, Tool.SHA256SUM.path());
      assertThat(direct.awaitExit(LIMIT)).isZero();

      assertThat(ask(question)).isEqualTo(direct.stdout());
      SessionLine session = sluice.awaitSessions(1).get(0);
      assertThat(session.bytesToServer()).isEqualTo(QUESTION_BYTES);
      assertThat(session.state()).isEqualTo("--");

      assertThat(sluice.stop()).isZero();
      assertThat(path()).doesNotExist();
    }
  }

  @Test
  void abstractNamesAreRefusedWhereJavaHasNone() throws IOException {
    Program refused =
        new SluiceJvm()
            .run(folder, List.of("forward", "--transport", "nio", "unix:@name", "127.0.0.1:1"));

    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.stderr())
        .isEqualTo(
            "sluice: cannot listen on unix:@name: abstract names need the epoll transport;"
                + " use a path in the file system\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void pathOfKilledProcessIsUsedAgain(String transport) throws IOException {
    String server = folder.resolve("server.sock").toString();
    serve(server);
    Path question = Files.writeString(folder.resolve("question"), "question");
    try (Sluice killed = listen(transport, "unix:" + server)) {
      Program.signal(killed.jvm(), "KILL");
      assertThat(killed.awaitExit()).isEqualTo(128 + 9);
      assertThat(path()).exists();
    }

    try (Sluice successor = listen(transport, "unix:" + server)) {
      assertThat(ask(question)).hasSizeGreaterThan(64);
      assertThat(successor.awaitSessions(1).get(0).bytesToServer()).isEqualTo(8);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void pathOfLiveProcessIsLeftAlone(String transport) throws IOException {
    String server = folder.resolve("server.sock").toString();
    serve(server);
    Path question = Files.writeString(folder.resolve("question"), "question");

    try (Sluice first = listen(transport, "unix:" + server)) {
      Program second =
          new SluiceJvm()
              .run(
                  folder,
                  List.of("forward", "--transport", transport, first.address(), "127.0.0.1:1"));

      assertThat(second.exitCode()).isEqualTo(1);
      assertThat(second.stderr())
          .isEqualTo(
              "sluice: cannot listen on "
                  + first.address()
                  + ": a process still listens there; stop it or choose another path\n");
      assertThat(ask(question)).hasSizeGreaterThan(64);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void fileInTheWayIsLeftAlone(String transport) throws IOException {
    Files.writeString(path(), "precious");

    Program refused =
        new SluiceJvm()
            .run(
                folder,
                List.of("forward", "--transport", transport, "unix:" + path(), "127.0.0.1:1"));

    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.stderr()).contains("it exists and is not a socket");
    assertThat(path()).hasContent("precious");
  }

  private Path path() {
    return folder.resolve("front.sock");
  }

  private Sluice listen(String transport, String target) throws IOException {
    return Sluice.start(folder, new SluiceJvm(), transport, "unix:" + path(), target);
  }

  /** A server that answers with the hash of what it was sent, once that has ended. */
  private void serve(String name) throws IOException {
    boolean isPath = name.startsWith("/");
    String listen = isPath ? "UNIX-LISTEN:" + name : "ABSTRACT-LISTEN:" + name.substring(1);
    Program server =
        start(
            "server",
            Path.of("/dev/null"),
            Tool.SOCAT.path(),
            "-t10",
            listen + ",fork",
            "EXEC:" + Tool.SHA256SUM.path());
    // proc(5), net/unix: the flags of a listening socket are 00010000.
    server.await("listening socket", Program.START, () -> listens(name));
  }

  private static boolean listens(String name) {
    try {
      return Files.readString(Path.of("/proc/net/unix"))
          .lines()
          .anyMatch(line -> line.contains(" 00010000 ") && line.endsWith(" " + name));
    } catch (IOException e) {
      return false;
    }
  }

  private String ask(Path question) throws IOException {
    Program client =
        start("client", question, Tool.SOCAT.path(), "-t10", "STDIO", "UNIX-CONNECT:" + path());
    assertThat(client.awaitExit(LIMIT)).as(client.stderr()).isZero();
    return client.stdout();
  }

  private Program start(String name, Path input, String... command) throws IOException {
    Program program = Program.start(folder, name, List.of(command), input);
    programs.add(program);
    return program;
  }
}
