package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
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
    configure(WEB);

    container.run("systemctl", "start", "sluice");

    assertThat(container.property("sluice", "ActiveState")).isEqualTo("active");
    // Some seconds later it tells who is there.
    assertThat(container.property("sluice", "StatusText"))
        .matches(
            "(listening|0 sessions, 1 of 1 server up.*) \\(epoll, splice auto, \\d+ threads?\\)");
    assertForwards(TO_WEB);
    try (Program client = hold("held")) {
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
    awaitJournal("stopped");
    assertThat(journal().stream().filter(line -> line.contains(" web app/a "))).hasSize(2);
  }

  @Test
  void sessionsHaveFieldsInTheJournal() throws Exception {
    startWith(WEB);

    assertForwards(TO_WEB);

    String[] query = {
      "journalctl", "--output=json", "--unit=sluice", "SLUICE_TERMINATION=--", "SLUICE_SERVER=a"
    };
    await()
        .atMost(Container.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(container.run(query).lines())
                    .last()
                    .asString()
                    .contains(
                        "\"_TRANSPORT\":\"journal\"",
                        "\"PRIORITY\":\"6\"",
                        "\"SYSLOG_IDENTIFIER\":\"sluice\"",
                        "\"SLUICE_FRONTEND\":\"web\"",
                        "\"SLUICE_BACKEND\":\"app\"",
                        "\"SLUICE_CLIENT\":\"127.0.0.1:")
                    .containsPattern("\"MESSAGE\":\"127\\.0\\.0\\.1:\\d+ \\[.*\\] web app/a "));
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
    assertForwards(TO_WEB);
    assertForwards("UNIX-CONNECT:" + container.root().resolve("run/sluice-local.sock"));
    container.awaitProperty("sluice", "ActiveState", "inactive");
    assertThat(container.property("sluice", "Result")).isEqualTo("success");
    awaitJournal("sluice: web listens on \\[::]:8080 .*");
    awaitJournal("sluice: local listens on unix:/run/sluice-local\\.sock .*");
    awaitJournal("no session for 1 s: ending \\(exit-idle-time\\)");

    assertForwards(TO_WEB);
  }

  @Test
  void restartRefusesNobodyWhoConnectsToItsSocket() throws Exception {
    configure("frontends.web { bind = \"systemd:web\", backend = app }");
    container.run("systemctl", "start", "sluice.socket");

    assertRestartRefusesNobody();
  }

  @Test
  void restartRefusesNobodyWhoConnectsToWhatItBoundItself() throws Exception {
    startWith("frontends.web { bind = [\"127.0.0.1:8080\", \"[::1]:8080\"], backend = app }");

    assertRestartRefusesNobody();

    assertThat(container.property("sluice", "NFileDescriptorStore")).isEqualTo("2");
    configure("frontends.web { bind = \":8080\", backend = app }");
    container.run("systemctl", "restart", "sluice");
    assertForwards(TO_WEB);
    assertThat(container.property("sluice", "NFileDescriptorStore")).isEqualTo("1");
    container.run("systemctl", "stop", "sluice");
    assertThat(container.property("sluice", "NFileDescriptorStore")).isEqualTo("0");
  }

  @Test
  void killedProcessRefusesNobodyWhoConnects() throws Exception {
    startWith(WEB);
    String before = container.property("sluice", "MainPID");

    assertRefusesNobodyDuring(
        "socat -u OPEN:/dev/null " + TO_WEB,
        () -> container.run("systemctl", "kill", "--signal=KILL", "sluice"));

    container.awaitProperty("sluice", "NRestarts", "1");
    container.awaitProperty("sluice", "ActiveState", "active");
    assertThat(container.property("sluice", "MainPID")).isNotEqualTo(before);
    assertForwards(TO_WEB);
  }

  private void assertRestartRefusesNobody() throws IOException {
    assertAnswersEverybodyDuring(TO_WEB, () -> container.run("systemctl", "restart", "sluice"));
    awaitJournal("stopped");
    assertThat(journal().stream().filter(line -> line.equals("stopped"))).hasSize(1);
  }

  @Test
  void loopThatHangsIsRestarted() throws Exception {
    configure(WEB);
    override(
        "WatchdogSec=2s",
        "ExecStart=",
        "ExecStart=/usr/bin/java -Djffi.boot.library.path=/usr/lib/sluice/native"
            + " -cp /usr/share/sluice/sluice.jar:/opt/sluice-test io.sluice.app.HangingLoop"
            + " run -c /etc/sluice/sluice.conf");
    container.run("systemctl", "start", "sluice");

    assertForwards(TO_WEB);

    container.awaitProperty("sluice", "NRestarts", "[1-9]\\d*");
    container.awaitProperty("sluice", "ActiveState", "active");
    awaitJournal("event loop \\d has not turned for 500 ms: .*HangingLoop.*");
    awaitJournal(".*Watchdog timeout.*");
  }

  @Test
  void processThatIsStoppedIsRestarted() throws Exception {
    configure(WEB);
    override("WatchdogSec=2s", "TimeoutAbortSec=1s");
    container.run("systemctl", "start", "sluice");
    String before = container.property("sluice", "MainPID");

    container.run("systemctl", "kill", "--signal=STOP", "sluice");

    container.awaitProperty("sluice", "NRestarts", "[1-9]\\d*");
    container.awaitProperty("sluice", "ActiveState", "active");
    assertThat(container.property("sluice", "MainPID")).isNotEqualTo(before);
    assertForwards(TO_WEB);
  }

  @Test
  void forbiddenSpliceIsReplacedByCopyingAndSaidOnce() throws Exception {
    configure(WEB);
    override("SystemCallFilter=~splice");

    container.run("systemctl", "start", "sluice");

    assertThat(container.property("sluice", "StatusText")).contains(" (epoll, copy, ");
    assertForwards(TO_WEB);
    assertForwards(TO_WEB);
    String warning = "copying instead of splicing: epoll works, splice does not: ";
    awaitJournal(warning + ".*");
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
    awaitJournal("json", line -> line.contains(reason) && line.contains("\"PRIORITY\":\"3\""));
  }

  @Test
  void socketThatNobodyClaimsIsAClearErrorOfTheService() throws Exception {
    configure("frontends.web { bind = \"127.0.0.1:8082\", backend = app }");
    override("Restart=no");
    container.run("systemctl", "start", "sluice.socket");

    Program started = container.attempt("systemctl", "start", "sluice");

    assertThat(started.exitCode()).isNotZero();
    awaitJournal("sluice: no bind claims the inherited sockets named \"web\": .*");
  }
}
