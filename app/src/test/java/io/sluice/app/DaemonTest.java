package io.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DaemonTest {
  private EchoServer server;

  @TempDir Path folder;

  @BeforeEach
  void openServer() throws IOException {
    server = new EchoServer('a');
  }

  @AfterEach
  void closeServer() throws IOException {
    server.close();
  }

  private SluiceProcess run(String drainTimeout) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("sluice.conf"),
            """
            sluice {
              drain-timeout = %s
              timeouts.tunnel = none
              timeouts.client = none
              frontends.web { bind = "127.0.0.1:0", backend = app }
              backends.app.servers.a = "%s"
            }
            """
                .formatted(drainTimeout, server.address()));
    return SluiceProcess.start("run", "-c", file.toString(), "--threads", "1");
  }

  private static void assertEchoes(Socket socket, int value) throws IOException {
    socket.getOutputStream().write(value);
    assertThat(socket.getInputStream().read()).isEqualTo(value);
  }

  @Test
  void forwardSaysWhereItListensAndForwards() throws Exception {
    try (SluiceProcess sluice =
            SluiceProcess.start("forward", "127.0.0.1:0", server.address(), "--threads", "1");
        Socket client = sluice.connect()) {
      assertThat(sluice.awaitLine("listens on"))
          .startsWith("sluice: forward listens on 127.0.0.1:")
          .contains(" -> " + server.address() + " (")
          .endsWith(", 1 thread)");
      assertThat(client.getInputStream().read()).isEqualTo('a');
      assertEchoes(client, 42);
    }
  }

  @Test
  void forwardSaysWhatItMirrorsTo() throws Exception {
    try (EchoServer mirror = new EchoServer('m');
        SluiceProcess sluice =
            SluiceProcess.start(
                "forward",
                "127.0.0.1:0",
                server.address(),
                "--mirror",
                mirror.address() + ",sample=1/2");
        Socket client = sluice.connect()) {
      assertThat(sluice.awaitLine("listens on"))
          .contains(" -> " + server.address() + ", mirrored to tcp:" + mirror.address() + " (");
      assertThat(client.getInputStream().read()).isEqualTo('a');
      assertEchoes(client, 42);
    }
  }

  @Test
  void forwardTakesItsTargetsInTurn() throws Exception {
    try (EchoServer other = new EchoServer('b');
        SluiceProcess sluice =
            SluiceProcess.start(
                "forward", "127.0.0.1:0", server.address(), other.address(), "--threads", "1")) {
      StringBuilder greetings = new StringBuilder();
      for (int i = 0; i < 4; i++) {
        try (Socket client = sluice.connect()) {
          greetings.append((char) client.getInputStream().read());
        }
      }
      assertThat(greetings.toString()).isIn("abab", "baba");
    }
  }

  @Test
  void forwardTakesAUnixPathOutsideAscii() throws Exception {
    Path path = folder.resolve("é-ü.sock");
    try (SluiceProcess sluice =
        SluiceProcess.start(
            Map.of("LC_ALL", "C.UTF-8"),
            Main.class,
            List.of(),
            "forward",
            "unix:" + path,
            server.address())) {
      sluice.awaitLine("listens on unix:" + path);
      assertThat(path).exists();

      sluice.signal("TERM");

      assertThat(sluice.awaitExit()).isZero();
      assertThat(path).doesNotExist();
    }
  }

  @Test
  void sessionsAreLoggedByRunAndByForwardOnlyWhenAskedFor() throws Exception {
    try (SluiceProcess run = run("0");
        SluiceProcess verbose =
            SluiceProcess.start("forward", "127.0.0.1:0", server.address(), "-v");
        SluiceProcess quiet = SluiceProcess.start("forward", "127.0.0.1:0", server.address())) {
      for (SluiceProcess sluice : List.of(run, verbose, quiet)) {
        try (Socket client = sluice.connect()) {
          assertThat(client.getInputStream().read()).isEqualTo('a');
        }
      }
      assertThat(run.awaitLine(" web app/a ")).contains(" INFO 127.0.0.1:");
      verbose.awaitLine(" forward forward/s1 ");
      quiet.signal("TERM");
      assertThat(quiet.awaitExit()).isZero();
      assertThat(quiet.lines()).noneMatch(line -> line.contains("forward/s1"));
    }
  }

  @Test
  void termLetsSessionsFinishButAcceptsNoMore() throws Exception {
    try (SluiceProcess sluice = run("1h");
        Socket client = sluice.connect()) {
      assertThat(client.getInputStream().read()).isEqualTo('a');

      sluice.signal("TERM");
      sluice.awaitLine("stopping: accepting no more, 1 sessions may go on for 3600 s");

      await()
          .atMost(SluiceProcess.PATIENCE)
          .untilAsserted(
              () ->
                  assertThatThrownBy(() -> sluice.connect().close())
                      .isInstanceOf(ConnectException.class));
      assertEchoes(client, 42);
      assertThat(sluice.isAlive()).isTrue();
      client.shutdownOutput();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
      assertThat(sluice.awaitExit()).isZero();
      sluice.awaitLine("INFO stopped");
    }
  }

  @Test
  void drainEndsAtItsDeadline() throws Exception {
    try (SluiceProcess sluice = run("200ms");
        Socket client = sluice.connect()) {
      assertThat(client.getInputStream().read()).isEqualTo('a');

      sluice.signal("INT");

      assertThat(sluice.awaitExit()).isZero();
      sluice.awaitLine("may go on for 0.2 s");
      sluice.awaitLine("closed 1 sessions that were still open");
    }
  }

  @Test
  void secondSignalEndsSessionsAtOnce() throws Exception {
    try (SluiceProcess sluice = run("1h");
        Socket client = sluice.connect()) {
      assertThat(client.getInputStream().read()).isEqualTo('a');
      sluice.signal("TERM");
      sluice.awaitLine("stopping");
      assertEchoes(client, 42);

      sluice.signal("TERM");

      assertThat(sluice.awaitExit()).isZero();
      sluice.awaitLine("second signal: closing 1 sessions now");
    }
  }

  @Test
  void usr1LogsAllCountersOfEveryScope() throws Exception {
    try (SluiceProcess sluice = run("0");
        Socket client = sluice.connect()) {
      assertThat(client.getInputStream().read()).isEqualTo('a');
      assertEchoes(client, 42);

      // The client may have a byte before the loop has counted it.
      await()
          .atMost(SluiceProcess.PATIENCE)
          .untilAsserted(
              () -> {
                sluice.signal("USR1");
                assertCounted(sluice, "loop 0", " sessions=1 ", " sockets=2 ");
                for (String scope :
                    List.of("proxy", "frontend web", "backend app", "server app/a")) {
                  assertCounted(
                      sluice, scope, " bytes_to_server_total=1 ", " bytes_to_client_total=2 ");
                }
              });
      assertEchoes(client, 43);
    }
  }

  private static void assertCounted(SluiceProcess sluice, String scope, String... counters) {
    assertThat(sluice.lines())
        .filteredOn(line -> line.contains("counters " + scope + ":"))
        .anySatisfy(line -> assertThat(line).contains(counters));
  }

  @Test
  void withoutAFileHupHasNothingToReload() throws Exception {
    try (SluiceProcess sluice = SluiceProcess.start("forward", "127.0.0.1:0", server.address());
        Socket client = sluice.connect()) {
      assertThat(client.getInputStream().read()).isEqualTo('a');

      sluice.signal("HUP");

      assertThat(sluice.awaitLine("nothing to reload"))
          .contains(" WARN ", "this process runs without a configuration file");
      assertEchoes(client, 42);
    }
  }

  @Test
  void addressInUseIsALineAndEndsWith1() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        SluiceProcess sluice =
            SluiceProcess.start("forward", "127.0.0.1:" + taken.getLocalPort(), server.address())) {
      assertThat(sluice.awaitExit()).isEqualTo(1);
      assertThat(sluice.lines())
          .singleElement()
          .asString()
          .startsWith("sluice: cannot listen on 127.0.0.1:" + taken.getLocalPort());
    }
  }

  @Test
  void invalidFileEndsWith2() throws Exception {
    try (SluiceProcess sluice = run("soon")) {
      assertThat(sluice.awaitExit()).isEqualTo(2);
      assertThat(sluice.lines()).singleElement().asString().contains(":2: sluice.drain-timeout");
    }
  }

  @Test
  void warningsOfTheFileAreLogged() throws Exception {
    try (SluiceProcess sluice = run("0")) {
      assertThat(sluice.awaitLine("sluice.timeouts.client = ")).contains(" WARN ", ":4: ");
    }
  }

  @Test
  void withoutSystemdNothingOfItIsLoaded() throws Exception {
    try (SluiceProcess sluice =
        SluiceProcess.start(
            Map.of(),
            Main.class,
            List.of("-Xlog:class+load"),
            "forward",
            "127.0.0.1:0",
            server.address())) {
      sluice.awaitPort();
      assertThat(sluice.lines())
          .anyMatch(line -> line.contains("io.sluice.systemd.ServiceManager "))
          .noneMatch(line -> line.contains("NotifySocket"))
          .noneMatch(line -> line.contains("jnr.unixsocket"));
    }
  }
}
