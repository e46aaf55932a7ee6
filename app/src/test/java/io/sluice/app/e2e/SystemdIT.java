package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** The shipped units, unchanged but for drop-ins, under a real systemd that is their own. */
@EndToEnd
@EnabledIf(
    value = "io.sluice.app.e2e.Container#isPossible",
    disabledReason = "boots a systemd in a container: needs root")
class SystemdIT extends UnderSystemd {
  @Test
  void startsForwardsTellsItsStatusAndStopsClean() throws Exception {
    configure("frontends.web { bind = \"127.0.0.1:8080\", backend = app }");

    container.run("systemctl", "start", "sluice");

    assertThat(container.property("sluice", "ActiveState")).isEqualTo("active");
    assertThat(container.property("sluice", "StatusText"))
        .matches("listening \\(epoll, splice auto, \\d+ threads?\\)");
    assertForwards("TCP:127.0.0.1:8080");
    try (Program client =
        container.start("held", NOTHING, Tool.SOCAT.path(), "-u", "TCP:127.0.0.1:8080", "-")) {
      container.awaitProperty(
          "sluice",
          "StatusText",
          "1 session, 1 of 1 server up, .* to servers, .* to clients \\(epoll, splice auto, \\d+ threads?\\)");
      assertThat(client.isAlive()).isTrue();
    }
    container.run("systemctl", "stop", "sluice");
    assertThat(container.property("sluice", "ActiveState")).isEqualTo("inactive");
    assertThat(container.property("sluice", "Result")).isEqualTo("success");
    assertThat(container.property("sluice", "ExecMainStatus")).isEqualTo("0");
    await()
        .atMost(Container.PATIENCE)
        .untilAsserted(() -> assertThat(journal()).contains("stopped"));
    assertThat(journal().stream().filter(line -> line.contains(" web app/a "))).hasSize(2);
  }

  @Test
  void firstConnectionsOfNamedSocketsStartItAndItEndsWhenIdle() throws Exception {
    configure(
        "exit-idle-time = 1s",
        "frontends.web { bind = \"systemd:web\", backend = app }",
        "frontends.local { bind = \"systemd:local\", backend = app }");
    socketUnit("sluice-local", "FileDescriptorName=local", "ListenStream=/run/sluice-local.sock");

    container.run("systemctl", "start", "sluice.socket", "sluice-local.socket");

    assertThat(container.property("sluice", "ActiveState")).isEqualTo("inactive");
    assertForwards("TCP:127.0.0.1:8080");
    assertForwards("UNIX-CONNECT:" + container.root().resolve("run/sluice-local.sock"));
    container.awaitProperty("sluice", "ActiveState", "inactive");
    assertThat(container.property("sluice", "Result")).isEqualTo("success");
    assertThat(journal())
        .anyMatch(line -> line.startsWith("sluice: web listens on [::]:8080 "))
        .anyMatch(line -> line.startsWith("sluice: local listens on unix:/run/sluice-local.sock "))
        .contains("no session for 1 s: ending (exit-idle-time)");

    assertForwards("TCP:127.0.0.1:8080");
  }

  @Test
  void restartRefusesNobodyWhoConnectsToItsSocket() throws Exception {
    configure("frontends.web { bind = \"systemd:web\", backend = app }");
    container.run("systemctl", "start", "sluice.socket");

    assertRestartRefusesNobody();
  }

  @Test
  void restartRefusesNobodyWhoConnectsToWhatItBoundItself() throws Exception {
    configure("frontends.web { bind = [\"127.0.0.1:8080\", \"[::1]:8080\"], backend = app }");
    container.run("systemctl", "start", "sluice");

    assertRestartRefusesNobody();

    assertThat(container.property("sluice", "NFileDescriptorStore")).isEqualTo("2");
    configure("frontends.web { bind = \":8080\", backend = app }");
    container.run("systemctl", "restart", "sluice");
    assertForwards("TCP:127.0.0.1:8080");
    assertThat(container.property("sluice", "NFileDescriptorStore")).isEqualTo("1");
    container.run("systemctl", "stop", "sluice");
    assertThat(container.property("sluice", "NFileDescriptorStore")).isEqualTo("0");
  }

  @Test
  void killedProcessRefusesNobodyWhoConnects() throws Exception {
    configure("frontends.web { bind = \"127.0.0.1:8080\", backend = app }");
    container.run("systemctl", "start", "sluice");
    String before = container.property("sluice", "MainPID");
    String clients =
        """
        for client in {1..300}; do
          socat -u OPEN:/dev/null TCP:127.0.0.1:8080 2>&1 | grep -F refused
          [[ $client != 20 ]] || echo begun
        done
        echo done
        """;
    try (Program load = container.start("load", NOTHING, "/bin/bash", "-c", clients)) {
      load.awaitStdout(Pattern.compile("begun"), Container.PATIENCE);

      container.run("systemctl", "kill", "--signal=KILL", "sluice");

      assertThat(load.isAlive()).as("clients outlast the kill").isTrue();
      load.awaitExit(Container.PATIENCE);
      assertThat(load.stdout()).isEqualTo("begun\ndone\n");
    }
    container.awaitProperty("sluice", "NRestarts", "1");
    container.awaitProperty("sluice", "ActiveState", "active");
    assertThat(container.property("sluice", "MainPID")).isNotEqualTo(before);
    assertForwards("TCP:127.0.0.1:8080");
  }

  /** Clients one after the other, each of whom must get the answer, while it is restarted. */
  private void assertRestartRefusesNobody() throws IOException {
    String clients =
        """
        for client in {1..300}; do
          answer=$(echo $client | socat -t20 - TCP:127.0.0.1:8080)
          [[ $answer == $client ]] || echo "lost $client"
          [[ $client != 20 ]] || echo begun
        done
        echo done
        """;
    try (Program load = container.start("load", NOTHING, "/bin/bash", "-c", clients)) {
      load.awaitStdout(Pattern.compile("begun"), Container.PATIENCE);

      container.run("systemctl", "restart", "sluice");

      assertThat(load.isAlive()).as("clients outlast the restart").isTrue();
      load.awaitExit(Container.PATIENCE);
      assertThat(load.stdout()).isEqualTo("begun\ndone\n");
      assertThat(load.stderr()).isEmpty();
    }
    assertThat(journal().stream().filter(line -> line.equals("stopped"))).hasSize(1);
  }

  @Test
  void loopThatHangsIsRestarted() throws Exception {
    configure("frontends.web { bind = \"127.0.0.1:8080\", backend = app }");
    override(
        "WatchdogSec=2s",
        "ExecStart=",
        "ExecStart=/usr/bin/java -Djffi.boot.library.path=/usr/lib/sluice/native"
            + " -cp /usr/share/sluice/sluice.jar:/opt/sluice-test io.sluice.app.HangingLoop"
            + " run -c /etc/sluice/sluice.conf");
    container.run("systemctl", "start", "sluice");

    assertForwards("TCP:127.0.0.1:8080");

    container.awaitProperty("sluice", "NRestarts", "[1-9]\\d*");
    container.awaitProperty("sluice", "ActiveState", "active");
    assertThat(journal())
        .anyMatch(line -> line.matches("event loop \\d has not turned for 500 ms: .*HangingLoop.*"))
        .anyMatch(line -> line.contains("Watchdog timeout"));
  }

  @Test
  void processThatIsStoppedIsRestarted() throws Exception {
    configure("frontends.web { bind = \"127.0.0.1:8080\", backend = app }");
    override("WatchdogSec=2s", "TimeoutAbortSec=1s");
    container.run("systemctl", "start", "sluice");
    String before = container.property("sluice", "MainPID");

    container.run("systemctl", "kill", "--signal=STOP", "sluice");

    container.awaitProperty("sluice", "NRestarts", "[1-9]\\d*");
    container.awaitProperty("sluice", "ActiveState", "active");
    assertThat(container.property("sluice", "MainPID")).isNotEqualTo(before);
    assertForwards("TCP:127.0.0.1:8080");
  }

  @Test
  void forbiddenSpliceIsReplacedByCopyingAndSaidOnce() throws Exception {
    configure("frontends.web { bind = \"127.0.0.1:8080\", backend = app }");
    override("SystemCallFilter=~splice");

    container.run("systemctl", "start", "sluice");

    assertThat(container.property("sluice", "StatusText")).startsWith("listening (epoll, copy, ");
    assertForwards("TCP:127.0.0.1:8080");
    assertForwards("TCP:127.0.0.1:8080");
    String warning = "copying instead of splicing: epoll works, splice does not: ";
    assertThat(journal().stream().filter(line -> line.startsWith(warning))).hasSize(1);
    assertThat(journal("json").stream().filter(line -> line.contains(warning)))
        .allMatch(line -> line.contains("\"PRIORITY\":\"4\""));
  }

  @Test
  void datagramSocketIsAClearErrorOfTheService() throws Exception {
    configure("frontends.web { bind = \"systemd:local\", backend = app }");
    override("Restart=no");
    socketUnit("sluice-local", "FileDescriptorName=local", "ListenDatagram=127.0.0.1:8081");
    container.run("systemctl", "start", "sluice-local.socket");

    Program started = container.attempt("systemctl", "start", "sluice");

    assertThat(started.exitCode()).isNotZero();
    assertThat(container.property("sluice", "Result")).isEqualTo("exit-code");
    String reason =
        "inherited socket \\\"local\\\" (descriptor 3) is a datagram socket: the unit needs"
            + " ListenStream=";
    await()
        .atMost(Container.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(journal("json"))
                    .anyMatch(
                        line -> line.contains(reason) && line.contains("\"PRIORITY\":\"3\"")));
  }

  @Test
  void socketThatNobodyClaimsIsAClearErrorOfTheService() throws Exception {
    configure("frontends.web { bind = \"127.0.0.1:8082\", backend = app }");
    override("Restart=no");
    container.run("systemctl", "start", "sluice.socket");

    Program started = container.attempt("systemctl", "start", "sluice");

    assertThat(started.exitCode()).isNotZero();
    await()
        .atMost(Container.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(journal())
                    .anyMatch(
                        line ->
                            line.startsWith(
                                "sluice: no bind claims the inherited sockets named \"web\": ")));
  }
}
