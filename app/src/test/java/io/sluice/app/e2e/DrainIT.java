package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM with many sessions: who finishes in time finishes, the others are closed and said. */
@EndToEnd
class DrainIT {
  private static final int SESSIONS = 100;
  private static final int LIMIT_MS = 20_000;

  /** So long that fifty clients can finish meanwhile, on a busy machine too. */
  private static final Duration DRAIN = Duration.ofSeconds(6);

  @TempDir Path folder;
  private final List<Socket> clients = new ArrayList<>();
  private Echo server;

  @BeforeEach
  void serve() throws IOException {
    server = new Echo();
  }

  @AfterEach
  void close() throws IOException {
    for (Socket client : clients) {
      client.close();
    }
    server.close();
  }

  private Sluice run() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("sluice.conf"),
            """
            sluice {
              drain-timeout = %d ms
              frontends.web { bind = "127.0.0.1:0", backend = app }
              backends.app.servers.a = "%s"
            }
            """
                .formatted(DRAIN.toMillis(), server.address()));
    return Sluice.start(folder, new SluiceJvm(), List.of("run", "-c", file.toString()));
  }

  private static void exchange(Socket client, int value) throws IOException {
    client.getOutputStream().write(value);
    assertThat(client.getInputStream().read()).isEqualTo(value);
  }

  @Test
  void halfOfAHundredFinishAndTheOthersAreClosedAtTheDeadline() throws Exception {
    try (Sluice sluice = run()) {
      for (int i = 0; i < SESSIONS; i++) {
        Socket client = sluice.connect();
        client.setSoTimeout(LIMIT_MS);
        clients.add(client);
        exchange(client, 1);
      }

      sluice.terminate();

      sluice.program().awaitStderr(Pattern.compile("stopping: .* 100 sessions"), Program.START);
      for (Socket client : clients.subList(0, SESSIONS / 2)) {
        exchange(client, 2);
        client.shutdownOutput();
        assertThat(client.getInputStream().read()).isEqualTo(-1);
      }
      for (Socket client : clients.subList(SESSIONS / 2, SESSIONS)) {
        assertEnds(client);
      }
      assertThat(sluice.awaitExit()).isZero();
      List<SessionLine> sessions = sluice.awaitSessions(SESSIONS);
      assertThat(sessions.stream().filter(line -> line.state().equals("--"))).hasSize(50);
      assertThat(sessions.stream().filter(line -> line.state().equals("K-")))
          .hasSize(50)
          .allMatch(line -> line.words().equals("closed by shutdown"));
      String log = sluice.stderr();
      assertThat(log).contains("closed 50 sessions that were still open after the drain timeout");
      assertThat(Duration.between(time(log, "stopping: "), time(log, "stopped: ")))
          .isBetween(DRAIN, DRAIN.plusSeconds(1));
    }
  }

  private static void assertEnds(Socket client) throws IOException {
    try {
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    } catch (SocketException e) {
      assertThat(e).hasMessageContaining("reset");
    }
  }

  /** When the log had a line with {@code text}. */
  private static OffsetDateTime time(String log, String text) {
    Matcher line =
        Pattern.compile("^(\\S+) \\w+ " + Pattern.quote(text), Pattern.MULTILINE).matcher(log);
    assertThat(line.find()).as(text).isTrue();
    return OffsetDateTime.parse(line.group(1));
  }
}
