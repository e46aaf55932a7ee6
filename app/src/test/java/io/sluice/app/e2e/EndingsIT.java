package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How connections end: with half of them still in use, and with a reset; HAProxy is asked too. */
@EndToEnd
class EndingsIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int QUESTION_BYTES = 3_000_000;

  @TempDir Path folder;
  private final List<Program> programs = new ArrayList<>();

  @AfterEach
  void stop() {
    programs.forEach(Program::close);
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void whoSendsAndEndsStillGetsTheReply(String transport) throws IOException {
    int port = FreePort.any();
    String hasher = Tool.SHA256SUM.path();
    String socat = Tool.SOCAT.path();
    String listen = "TCP-LISTEN:" + port + ",bind=127.0.0.1,reuseaddr,fork";
    Path question = Files.write(folder.resolve("question"), new byte[QUESTION_BYTES]);
    Path none = Path.of("/dev/null");

    // The server can only answer once it has seen the end of the question.
    start("server", none, socat, "-t10", listen, "EXEC:" + hasher).awaitPort(port);
    Program direct = start("direct", question, hasher);
    try (Sluice sluice = Sluice.forward(folder, transport, "127.0.0.1:" + port)) {
      String connect = "TCP:127.0.0.1:" + sluice.port();
      Program client = start("client", question, socat, "-t10", "STDIO", connect);
      assertThat(direct.awaitExit(LIMIT)).isZero();
      assertThat(client.awaitExit(LIMIT)).as(client.stderr()).isZero();

      assertThat(client.stdout()).isEqualTo(direct.stdout());
      SessionLine session = sluice.awaitSessions(1).get(0);
      assertThat(session.state()).isEqualTo("--");
      assertThat(session.bytesToServer()).isEqualTo(QUESTION_BYTES);
      assertThat(session.bytesToClient()).isEqualTo(direct.stdout().length());
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @CsvSource({
    "CLIENT_ENDS_FIRST, epoll", "CLIENT_ENDS_FIRST, nio",
    "SERVER_ENDS_FIRST, epoll", "SERVER_ENDS_FIRST, nio",
    "BOTH_END_AT_ONCE, epoll", "BOTH_END_AT_ONCE, nio",
    "CLIENT_RESETS, epoll", "CLIENT_RESETS, nio",
    "SERVER_RESETS, epoll", "SERVER_RESETS, nio",
  })
  void peersSeeWhatTheyWouldSeeOfEachOther(Scenario scenario, String transport) throws IOException {
    List<String> direct = scenario.run(serverPort -> serverPort);

    assertThat(scenario.run(serverPort -> sluice(transport, serverPort))).isEqualTo(direct);
  }

  /** The reference for the above: a proxy that others trust behaves like this too. */
  @ParameterizedTest
  @EnumSource(Scenario.class)
  void haproxyDoesTheSameUnlessTheServerResets(Scenario scenario) throws IOException {
    List<String> direct = scenario.run(serverPort -> serverPort);
    List<String> throughHaproxy = scenario.run(this::haproxy);

    if (scenario == Scenario.SERVER_RESETS) {
      // HAProxy 2.6 makes an orderly end of it. Whatever it does, it must not be a hang.
      assertThat(throughHaproxy).hasSize(1);
    } else {
      assertThat(throughHaproxy).isEqualTo(direct);
    }
  }

  private int sluice(String transport, int target) throws IOException {
    Sluice sluice = Sluice.forward(folder, transport, "127.0.0.1:" + target);
    programs.add(sluice.program());
    return sluice.port();
  }

  private int haproxy(int target) throws IOException {
    int port = FreePort.any();
    String text =
        """
        defaults
          mode tcp
          timeout connect 5s
          timeout client 20s
          timeout server 20s
        listen reference
          bind 127.0.0.1:%d
          server one 127.0.0.1:%d
        """;
    Path config = folder.resolve("haproxy.cfg");
    Files.writeString(config, text.formatted(port, target));
    start("haproxy", Path.of("/dev/null"), Tool.HAPROXY.path(), "-db", "-f", config.toString())
        .awaitPort(port);
    return port;
  }

  private Program start(String name, Path input, String... command) throws IOException {
    Program program = Program.start(folder, name, List.of(command), input);
    programs.add(program);
    return program;
  }
}
