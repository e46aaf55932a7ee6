package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks of real servers: redis, nginx, openssl. */
@EndToEnd
class HealthIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Path NOTHING = Path.of("/dev/null");
  private static final String FAST =
      "interval = 100ms, timeout = 2s, rise = 2, fall = 2, initial-state = fully-down";

  @TempDir Path folder;

  /** Servers by name, each with what stands in its object. */
  private Sluice run(String transport, String check, String... servers) throws IOException {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < servers.length; i++) {
      all.append("s").append(i).append(" { address = \"").append(servers[i]).append("\" }\n");
    }
    Path file =
        Files.writeString(
            folder.resolve("sluice.conf"),
            """
            sluice {
              transport = %s
              frontends.f { bind = "127.0.0.1:0", backend = b }
              backends.b {
                check { %s }
                check { %s }
                servers { %s }
              }
            }
            """
                .formatted(transport, FAST, check, all));
    return Sluice.start(folder, new SluiceJvm(), List.of("run", "-c", file.toString()));
  }

  private static void await(Sluice sluice, String line) throws IOException {
    sluice.program().awaitStderr(Pattern.compile(line), LIMIT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void redisAnswersPing(String transport) throws IOException {
    String ping =
        "type = send-expect, send-expect = [{ send = \"PING\\r\\n\" }, { expect = \"+PONG\" }]";
    try (Redis redis = Redis.start(folder)) {
      try (Sluice sluice = run(transport, ping, redis.address())) {
        await(
            sluice,
            "Server b/s0 is UP, reason: Layer7 check passed, code: 0, info: \"\\(tcp-check\\)\","
                + " check duration: \\d+ms\\. 1 active and 0 backup servers online");
        assertThat(Redis.cli(folder, sluice.port(), NOTHING, "set", "k", "v")).isEqualTo("OK\n");

        redis.close();

        await(
            sluice,
            "Server b/s0 is DOWN, reason: Layer4 connection problem, info: \"Connection refused at"
                + " step 1 of tcp-check \\(connect\\)\", check duration: \\d+ms\\. 0 active");
        await(sluice, "proxy b has no server available!");
        try (Socket client = sluice.connect()) {
          assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(sluice.stop()).isZero();
      }
    }
  }

  /** Only one of two says that it is the primary: all sessions are its. */
  @Test
  void nginxIsChosenByItsStatus() throws IOException {
    Path first = Files.createDirectories(folder.resolve("first"));
    Path second = Files.createDirectories(folder.resolve("second"));
    try (Nginx standby = Nginx.start(first, "");
        Nginx primary = Nginx.start(second, "")) {
      Files.writeString(primary.files().resolve("primary"), "yes");
      try (Sluice sluice =
          run(
              "epoll",
              "type = http, http { method = GET, path = \"/primary\", status = \"200\" }",
              standby.address(),
              primary.address())) {
        await(sluice, "Server b/s1 is UP, reason: Layer7 check passed, code: 200, check duration");
        for (int i = 0; i < 20; i++) {
          assertThat(statusOf(sluice)).startsWith("HTTP/1.1 200 ");
        }

        Files.move(primary.files().resolve("primary"), standby.files().resolve("primary"));

        await(
            sluice,
            "Server b/s1 is DOWN, reason: Layer7 wrong status, code: 404, info: \"Not"
                + " Found\", check duration");
        await(sluice, "Server b/s0 is UP, reason: Layer7 check passed, code: 200, check duration");
        for (int i = 0; i < 20; i++) {
          assertThat(statusOf(sluice)).startsWith("HTTP/1.1 200 ");
        }
      }
    }
  }

  private static String statusOf(Sluice sluice) throws IOException {
    try (Socket client = sluice.connect()) {
      client
          .getOutputStream()
          .write("GET /primary HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      byte[] answer = client.getInputStream().readNBytes(12 + 1);
      return new String(answer, StandardCharsets.US_ASCII);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void opensslShakesHands(String transport) throws IOException {
    int port = FreePort.any();
    String openssl = Tool.OPENSSL.path();
    Program made =
        Program.run(
            folder,
            "openssl-req",
            List.of(
                openssl,
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "1",
                "-subj",
                "/CN=elsewhere",
                "-keyout",
                "key.pem",
                "-out",
                "cert.pem"),
            LIMIT);
    assertThat(made.exitCode()).as(made.stderr()).isZero();
    List<String> serve =
        List.of(
            openssl,
            "s_server",
            "-accept",
            "127.0.0.1:" + port,
            "-key",
            "key.pem",
            "-cert",
            "cert.pem",
            "-www");
    try (Sluice sluice =
        run(transport, "type = tls, server-name = a.example", "127.0.0.1:" + port)) {
      try (Program server = Program.start(folder, "s_server", serve)) {
        await(sluice, "Server b/s0 is UP, reason: Layer6 check passed, check duration: \\d+ms");
        assertThat(server.isAlive()).isTrue();
      }
      await(sluice, "Server b/s0 is DOWN, reason: Layer4 connection problem");
    }
  }

  @Test
  void agentDrainsAServer() throws IOException {
    try (Redis first = Redis.start(folder);
        ServerSocket agent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Sluice sluice =
            run(
                "epoll",
                "type = tcp }, agent { interval = 100ms, port = " + agent.getLocalPort(),
                first.address())) {
      await(sluice, "Server b/s0 is UP");
      agent.setSoTimeout(100);
      // Who is answered may have given up waiting long ago: the next one hears it, too.
      sluice.program().await("drain", LIMIT, () -> answer(agent) && isDrained(sluice));
      try (Socket client = sluice.connect()) {
        assertThat(client.getInputStream().read()).isEqualTo(-1);
      }
    }
  }

  /** A status port says that redis is to be left: its clients need not find out by themselves. */
  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void sessionsEndWithTheirServer(String transport) throws IOException {
    Path files = Files.createDirectories(folder.resolve("status"));
    try (Redis redis = Redis.start(folder);
        Nginx status = Nginx.start(files, "")) {
      Path alive = Files.writeString(status.files().resolve("alive"), "yes");
      String check =
          "type = http, address = \"127.0.0.1\", port = "
              + status.address().replaceFirst(".*:", "")
              + ", http { method = GET, path = \"/alive\", status = \"200\" } }\n"
              + "server-defaults { on-marked-down = close-sessions";
      try (Sluice sluice = run(transport, check, redis.address())) {
        await(sluice, "Server b/s0 is UP");
        try (Socket client = sluice.connect()) {
          client.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
          assertThat(client.getInputStream().readNBytes(7)).asString().isEqualTo("+PONG\r\n");

          Files.delete(alive);

          assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
        await(
            sluice,
            "Server b/s0 is DOWN, reason: Layer7 wrong status, code: 404, info: \"Not Found\","
                + " check duration: \\d+ms\\. 0 active and 0 backup servers left\\. \\d sessions"
                + " active, 0 requeued, 0 remaining in queue\\.");
        SessionLine line = sluice.awaitSessions(1).get(0);
        assertThat(line.state()).isEqualTo("D-");
        assertThat(line.words()).contains("down");
      }
    }
  }

  private static boolean isDrained(Sluice sluice) {
    try {
      return sluice.stderr().contains("Server b/s0 enters drain state");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether somebody has asked the agent. */
  private static boolean answer(ServerSocket agent) {
    try (Socket question = agent.accept()) {
      question.getOutputStream().write("drain\n".getBytes(StandardCharsets.US_ASCII));
      return true;
    } catch (IOException e) {
      return false; // Nobody asks now, or one who was kept waiting for too long.
    }
  }
}
