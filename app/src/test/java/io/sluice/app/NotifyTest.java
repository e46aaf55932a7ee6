package io.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the process tells its service manager, from start to end. */
class NotifyTest {
  @TempDir Path folder;
  private FakeServiceManager manager;
  private EchoServer server;

  @BeforeEach
  void open() throws IOException {
    manager = new FakeServiceManager(folder);
    server = new EchoServer('a');
  }

  @AfterEach
  void close() throws IOException {
    server.close();
    manager.close();
  }

  private SluiceProcess start(Class<?> main, Map<String, String> more, String... arguments)
      throws IOException {
    Map<String, String> environment = new HashMap<>(more);
    environment.putIfAbsent("NOTIFY_SOCKET", manager.address());
    return SluiceProcess.start(environment, main, List.of(), arguments);
  }

  private SluiceProcess forward(Class<?> main, Map<String, String> more, String... options)
      throws IOException {
    List<String> arguments = new ArrayList<>(List.of("forward"));
    arguments.addAll(List.of(options));
    arguments.addAll(List.of("127.0.0.1:0", server.address()));
    return start(main, more, arguments.toArray(String[]::new));
  }

  private SluiceProcess forward() throws IOException {
    return forward(Main.class, Map.of());
  }

  private SluiceProcess run(Path file, Map<String, String> more) throws IOException {
    return start(Main.class, more, "run", "-c", file.toString());
  }

  @Test
  void readyComesOnceItListensAndStoppingBeforeTheEnd() throws Exception {
    try (SluiceProcess sluice = forward()) {
      String ready = manager.await("READY", text -> text.startsWith("READY=1\n"));
      assertThat(ready)
          .startsWith("READY=1\nSTATUS=listening (")
          .endsWith("\nMAINPID=" + sluice.pid());
      sluice.connect().close();

      sluice.signal("TERM");

      assertThat(sluice.awaitExit()).isZero();
      manager.await("STOPPING", text -> text.startsWith("STOPPING=1\nSTATUS=draining "));
      manager.await("more time", text -> text.matches("EXTEND_TIMEOUT_USEC=\\d+"));
      assertThat(manager.received()).noneMatch(text -> text.contains("WATCHDOG"));
    }
  }

  @Test
  void statusTellsSessionsAndRatesAndOnlyWhatIsNew() throws Exception {
    try (SluiceProcess sluice = forward();
        Socket client = sluice.connect()) {
      assertThat(client.getInputStream().read()).isEqualTo('a');
      client.getOutputStream().write(new byte[100_000]);
      client.getInputStream().readNBytes(100_000);

      // A status that comes in the middle of the transfer has less of one direction.
      for (String direction : List.of("servers", "clients")) {
        String status = manager.await("rates", text -> text.contains("kB/s to " + direction));
        assertThat(status)
            .matches(
                "STATUS=1 session, 1 of 1 server up, [0-9.]+ k?B/s to servers,"
                    + " [0-9.]+ k?B/s to clients \\(.* threads?\\)");
      }
      manager.await("rest", text -> text.contains(" up, 0 B/s to servers, 0 B/s to clients"));
      List<String> told = manager.received();
      for (int i = 1; i < told.size(); i++) {
        assertThat(told.get(i)).as("after %s", told).isNotEqualTo(told.get(i - 1));
      }
    }
  }

  @Test
  void watchdogIsFedAsLongAsEveryLoopTurns() throws Exception {
    Map<String, String> watched = Map.of("WATCHDOG_USEC", "400000");
    try (SluiceProcess sluice = forward(HangingLoop.class, watched, "-v", "--threads", "2")) {
      await().atMost(SluiceProcess.PATIENCE).until(() -> manager.count("WATCHDOG=1") > 5);

      try (Socket client = sluice.connect()) {
        assertThat(client.getInputStream().read()).isEqualTo('a');
      }

      // A loop that the machine did not let run for a moment has a line too, but is elsewhere.
      assertThat(sluice.awaitLine("HangingLoop"))
          .contains(" ERROR event loop ", "has not turned for 100 ms", "it is at ");
      long fed = manager.count("WATCHDOG=1");
      await()
          .during(Duration.ofMillis(800))
          .atMost(SluiceProcess.PATIENCE)
          .until(() -> manager.count("WATCHDOG=1") == fed);
      // Not once a round, of which there were eight.
      assertThat(sluice.lines())
          .filteredOn(line -> line.contains("HangingLoop"))
          .hasSizeLessThan(4);
    }
  }

  @Test
  void failureToListenIsToldWithItsErrorNumber() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        SluiceProcess sluice =
            start(
                Main.class,
                Map.of(),
                "forward",
                "127.0.0.1:" + taken.getLocalPort(),
                server.address())) {
      assertThat(sluice.awaitExit()).isEqualTo(ExitCode.FAILURE);

      String failed = manager.await("ERRNO", text -> text.contains("ERRNO="));

      assertThat(failed)
          .startsWith("STATUS=cannot listen on 127.0.0.1:" + taken.getLocalPort() + ": ")
          .endsWith("\nERRNO=98");
    }
  }

  @Test
  void invalidConfigurationIsTheStatus() throws Exception {
    Path file = Files.writeString(folder.resolve("sluice.conf"), "sluice.threads = many\n");
    try (SluiceProcess sluice = run(file, Map.of())) {
      assertThat(sluice.awaitExit()).isEqualTo(ExitCode.USAGE);

      assertThat(manager.await("STATUS", text -> text.startsWith("STATUS=")))
          .contains("sluice.conf:1: sluice.threads = \"many\": must be")
          .doesNotContain("\n");
    }
  }

  @Test
  void failedReloadIsToldUntilOneSucceeds() throws Exception {
    Path file = folder.resolve("sluice.conf");
    String good =
        "sluice.frontends.web { bind = \"127.0.0.1:0\", backend = app }\n"
            + "sluice.backends.app.servers.a = \""
            + server.address()
            + "\"\n";
    Files.writeString(file, good);
    try (SluiceProcess sluice = run(file, Map.of())) {
      manager.await("READY", text -> text.startsWith("READY=1\nSTATUS=listening ("));
      Files.writeString(file, good + "sluice.thread = 4\n");

      sluice.signal("HUP");

      assertThat(manager.await("RELOADING", text -> text.startsWith("RELOADING=1\n")))
          .matches("RELOADING=1\nMONOTONIC_USEC=\\d+\nSTATUS=reloading, 0 sessions, .*");
      String wrong = "last reload failed (" + file + ":3: sluice.thread = 4: unknown key; ";
      assertThat(manager.await("READY", text -> text.startsWith("READY=1\nSTATUS=last reload")))
          .startsWith("READY=1\nSTATUS=" + wrong)
          .contains("), 0 sessions, 1 of 1 server up (")
          .endsWith("\nMAINPID=" + sluice.pid());
      try (Socket client = sluice.connect()) {
        assertThat(client.getInputStream().read()).isEqualTo('a');
        manager.await(
            "STATUS",
            text -> text.startsWith("STATUS=" + wrong) && text.contains("), 1 session, "));
      }

      Files.writeString(file, good);
      sluice.signal("HUP");

      manager.await(
          "READY", text -> text.matches("READY=1\nSTATUS=[01] sessions?, 1 of 1 (?s:.*)"));
    }
  }

  @Test
  void vanishedSocketIsAWarningAndNothingElse() throws Exception {
    String socket = folder.resolve("nobody").toString();
    Map<String, String> environment = Map.of("NOTIFY_SOCKET", socket, "WATCHDOG_USEC", "40000");
    try (SluiceProcess sluice = forward(Main.class, environment)) {
      assertThat(sluice.awaitLine("cannot notify the service manager")).contains(" WARN ", socket);
      sluice.connect().close();

      sluice.signal("TERM");

      assertThat(sluice.awaitExit()).isZero();
      assertThat(sluice.lines().stream().filter(line -> line.contains("cannot notify"))).hasSize(1);
    }
  }

  /** The manager keeps the socket, and the path leads to it. */
  @ParameterizedTest
  @CsvSource({"'', true", "exit-idle-time = 3s, false"})
  void unixPathStaysUnlessNobodyComesAfterIt(String line, boolean stays) throws Exception {
    Path path = folder.resolve("web.sock");
    Path file =
        Files.writeString(
            folder.resolve("sluice.conf"),
            """
            sluice {
              %s
              frontends.web { bind = "unix:%s", backend = app }
              backends.app.servers.a = "%s"
            }
            """
                .formatted(line, path, server.address()));
    try (SluiceProcess sluice = run(file, Map.of("FDSTORE", "4"))) {
      manager.await("FDSTORE", text -> text.startsWith("FDSTORE=1\nFDNAME=sluice-kept-unix"));
      assertThat(path).exists();
      if (stays) {
        sluice.signal("TERM");
      }

      assertThat(sluice.awaitExit()).isZero();
      assertThat(Files.exists(path)).isEqualTo(stays);
    }
  }

  @Test
  void socketsOfAnotherProcessAreIgnoredWithAWarning() throws Exception {
    Map<String, String> environment =
        Map.of("LISTEN_FDS", "1", "LISTEN_PID", "1", "LISTEN_FDNAMES", "web");
    try (SluiceProcess sluice = forward(Main.class, environment);
        Socket client = sluice.connect()) {
      assertThat(client.getInputStream().read()).isEqualTo('a');
      assertThat(sluice.awaitLine("LISTEN_FDS=1 is ignored"))
          .contains(" WARN ", "LISTEN_PID=1 is not this process, " + sluice.pid());
    }
  }

  /** What a manager may hand over by mistake, made by bash(1); the port is an open one. */
  @ParameterizedTest
  @CsvSource({
    "</dev/null, is not a socket",
    "<>/dev/tcp/127.0.0.1/PORT, 'is a connection, not a listening socket: the unit needs Accept=no'",
    "<>/dev/udp/127.0.0.1/PORT, is a datagram socket: the unit needs ListenStream="
  })
  void descriptorThatIsNoListeningSocketIsALineAndEndsWith1(String opened, String reason)
      throws Exception {
    String target = opened.replace("PORT", server.address().replaceFirst(".*:", ""));
    List<String> shell =
        List.of(
            "/bin/bash",
            "-c",
            "exec 3" + target + "; LISTEN_PID=$$ LISTEN_FDS=1 exec \"$@\"",
            "bash");
    try (SluiceProcess sluice =
        SluiceProcess.under(
            shell, Map.of(), Main.class, List.of(), "forward", "systemd:web", server.address())) {
      assertThat(sluice.awaitExit()).isEqualTo(ExitCode.FAILURE);
      assertThat(sluice.lines())
          .containsExactly("sluice: inherited socket \"unknown\" (descriptor 3) " + reason);
    }
  }
}
