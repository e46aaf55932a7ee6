package io.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.app.Cli.Outcome;
import io.sluice.linux.FreePort;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a reload does to a process that runs. */
class ReloadEffectTest {
  private static final String WEB =
      "sluice.frontends.web { bind = \"127.0.0.1:0\", backend = app }";

  @TempDir Path folder;
  private EchoServer server;
  private EchoServer other;
  private Path file;

  @BeforeEach
  void open() throws IOException {
    server = new EchoServer('a');
    other = new EchoServer('b');
    file = folder.resolve("sluice.conf");
  }

  @AfterEach
  void close() throws IOException {
    server.close();
    other.close();
  }

  /** The configuration, at line 4 what a test adds. */
  private void write(String... lines) throws IOException {
    List<String> all = new ArrayList<>();
    all.add("sluice { timeouts { client = 1h, tunnel = 1h }, drain-timeout = 0s }");
    all.add("sluice.control-socket = \"" + folder.resolve("control.sock") + "\"");
    all.add("sluice.backends.app.servers.a = \"" + server.address() + "\"");
    all.addAll(List.of(lines));
    Files.write(file, all);
  }

  private SluiceProcess run(Map<String, String> environment) throws IOException {
    SluiceProcess sluice =
        SluiceProcess.start(environment, Main.class, List.of(), "run", "-c", file.toString());
    sluice.awaitPort();
    return sluice;
  }

  private Outcome reload() {
    return Cli.run("reload", "-c", file.toString());
  }

  private static int port(SluiceProcess sluice, String frontend) {
    String line = sluice.awaitLine("sluice: " + frontend + " listens on ");
    Matcher listens = Pattern.compile(" listens on 127\\.0\\.0\\.1:(\\d+) -> ").matcher(line);
    assertThat(listens.find()).as(line).isTrue();
    return Integer.parseInt(listens.group(1));
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout((int) SluiceProcess.PATIENCE.toMillis());
    return socket;
  }

  private static void assertGreets(int port, char greeting) throws IOException {
    try (Socket socket = connect(port)) {
      assertThat(socket.getInputStream().read()).isEqualTo(greeting);
    }
  }

  @Test
  void addedListensRemovedDoesNotAndSessionsGoOn() throws Exception {
    write(WEB);
    try (SluiceProcess sluice = run(Map.of());
        Socket client = sluice.connect()) {
      assertThat(client.getInputStream().read()).isEqualTo('a');
      int web = port(sluice, "web");
      write(
          "sluice.frontends.api { bind = \"127.0.0.1:0\", backend = two }",
          "sluice.backends.two.servers.b = \"" + other.address() + "\"");

      Outcome outcome = reload();

      assertThat(outcome.err()).isEmpty();
      assertThat(outcome.code()).isZero();
      assertThat(outcome.out().lines())
          .contains(
              "+ sluice.frontends.api { bind = \"127.0.0.1:0\", backend = two }  # " + file + ":4",
              "+ sluice.backends.two.servers.b { address = \""
                  + other.address()
                  + "\" }  # "
                  + file
                  + ":5",
              "- sluice.frontends.web { bind = \"127.0.0.1:0\", backend = app }  # " + file + ":4")
          .anyMatch(line -> line.startsWith("warning: ") && line.contains("no frontend uses this"))
          .endsWith("reloaded " + file + ": 4 changes");
      assertThat(sluice.awaitLine("reloaded: 4 changes")).contains(" INFO ");
      sluice.awaitLine("INFO - sluice.frontends.web {");
      assertGreets(port(sluice, "api"), 'b');
      await()
          .atMost(SluiceProcess.PATIENCE)
          .untilAsserted(
              () -> assertThatThrownBy(() -> connect(web)).isInstanceOf(ConnectException.class));
      client.getOutputStream().write(42);
      assertThat(client.getInputStream().read()).isEqualTo(42);
    }
  }

  @Test
  void withoutAChangeItSaysSo() throws Exception {
    write(WEB);
    try (SluiceProcess sluice = run(Map.of())) {
      assertThat(reload()).isEqualTo(new Outcome(0, "reloaded " + file + ": no changes\n", ""));
      sluice.awaitLine("reloaded: no changes");
      assertGreets(port(sluice, "web"), 'a');
      assertThat(sluice.lines().stream().filter(line -> line.contains(" listens on "))).hasSize(1);
    }
  }

  @Test
  void whatCannotBeAppliedIsSaidAndNothingIsChanged() throws Exception {
    write(WEB);
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        SluiceProcess sluice = run(Map.of())) {
      String bind = "127.0.0.1:" + taken.getLocalPort();
      write(WEB, "sluice.frontends.api { bind = \"" + bind + "\", backend = app }");

      Outcome outcome = reload();

      assertThat(outcome.code()).isEqualTo(ExitCode.FAILURE);
      assertThat(outcome.err())
          .startsWith("cannot listen on " + bind)
          .endsWith("\nsluice: reload failed, the former configuration goes on\n");
      assertThat(sluice.awaitLine("cannot listen on " + bind)).contains(" ERROR ");
      assertGreets(port(sluice, "web"), 'a');
      taken.close();
      assertThat(reload().code()).isZero();
      assertGreets(port(sluice, "api"), 'a');
    }
  }

  @Test
  void whatNeedsARestartIsAWarning() throws Exception {
    write(WEB, "sluice.threads = 1");
    try (SluiceProcess sluice = run(Map.of())) {
      write(WEB, "sluice.threads = 2", "sluice.control-socket = none");

      Outcome outcome = Cli.run("reload", "--socket", folder.resolve("control.sock").toString());

      assertThat(outcome.out().lines())
          .contains(
              "warning: threads: 1 -> 2 takes effect at the next restart",
              "warning: control-socket: "
                  + folder.resolve("control.sock")
                  + " -> none takes effect at the next restart");
      assertThat(sluice.awaitLine("threads: 1 -> 2 takes")).contains(" WARN ");
    }
  }

  @Test
  void drainTimeoutIsTheNewOne() throws Exception {
    write(WEB);
    try (SluiceProcess sluice = run(Map.of());
        Socket client = sluice.connect()) {
      assertThat(client.getInputStream().read()).isEqualTo('a');
      write(WEB, "sluice.drain-timeout = 200ms");
      assertThat(reload().code()).isZero();

      sluice.signal("TERM");

      sluice.awaitLine("1 sessions may go on for 0.2 s");
      assertThat(sluice.awaitExit()).isZero();
    }
  }

  @Test
  void exitIdleTimeBeginsWithTheReload() throws Exception {
    write(WEB);
    try (SluiceProcess sluice = run(Map.of())) {
      write(WEB, "sluice.exit-idle-time = 1s");
      assertThat(reload().code()).isZero();

      assertThat(sluice.awaitExit()).isZero();
      sluice.awaitLine("no session for 1 s: ending");
    }
  }

  @Test
  void serviceManagerIsToldAndKeepsTheSocketsThatThereAre() throws Exception {
    write("sluice.frontends.web { bind = \"127.0.0.1:" + FreePort.any() + "\", backend = app }");
    try (FakeServiceManager manager = new FakeServiceManager(folder)) {
      Map<String, String> environment = new HashMap<>();
      environment.put("NOTIFY_SOCKET", manager.address());
      environment.put("FDSTORE", "8");
      try (SluiceProcess sluice = run(environment)) {
        String stored = manager.await("store", text -> text.startsWith("FDSTORE=1\n"));
        manager.await("READY", text -> text.startsWith("READY=1\n"));
        int before = manager.received().size();
        write(
            "sluice.frontends.web { bind = \"127.0.0.1:" + FreePort.any() + "\", backend = app }");

        assertThat(reload().code()).isZero();

        manager.await("end", text -> text.startsWith("READY=1\nSTATUS=0 sessions, 1 of 1 "));
        List<String> told = new ArrayList<>(manager.received());
        told = told.subList(before, told.size());
        told.removeIf(text -> text.startsWith("STATUS=") || text.startsWith("WATCHDOG"));
        assertThat(told)
            .satisfiesExactly(
                text -> assertThat(text).startsWith("RELOADING=1\nMONOTONIC_USEC="),
                text -> assertThat(text).isEqualTo(stored.replace("FDSTORE=1", "FDSTOREREMOVE=1")),
                text -> assertThat(text).startsWith("FDSTORE=1\nFDNAME=").isNotEqualTo(stored),
                text -> assertThat(text).startsWith("READY=1\n"));
        assertThat(sluice.isAlive()).isTrue();
      }
    }
  }
}
