package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** {@code systemctl reload}: applied or refused, and told either way. */
@EndToEnd
@EnabledIf(
    value = "io.sluice.app.e2e.Container#isPossible",
    disabledReason = "boots a systemd in a container: needs root")
class SystemdReloadOutcomeIT extends UnderSystemd {
  private static final String WEB = "frontends.web { bind = \"127.0.0.1:8080\", backend = app }";
  private static final String API = "frontends.api { bind = \"127.0.0.1:8081\", backend = app }";

  private void awaitJournal(String line) {
    await()
        .atMost(Container.PATIENCE)
        .untilAsserted(() -> assertThat(journal()).anyMatch(told -> told.matches(line)));
  }

  /** Clients one after the other, each of whom must get the answer, while {@code step} is done. */
  private static void assertRefusesNobodyDuring(Step step) throws IOException {
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
      step.run();
      assertThat(load.isAlive()).as("clients outlast it").isTrue();
      load.awaitExit(Container.PATIENCE);
      assertThat(load.stdout()).isEqualTo("begun\ndone\n");
      assertThat(load.stderr()).isEmpty();
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  @Test
  void goodConfigurationIsAppliedWithoutARestart() throws Exception {
    configure(WEB);
    container.run("systemctl", "start", "sluice");
    String pid = container.property("sluice", "MainPID");
    String socket = container.run("stat", "--format=%a %F", "/run/sluice/control.sock");
    assertThat(socket).isEqualTo("600 socket");

    configure(WEB, API);
    assertRefusesNobodyDuring(() -> container.run("systemctl", "reload", "sluice"));

    assertThat(container.property("sluice", "ActiveState")).isEqualTo("active");
    assertThat(container.property("sluice", "MainPID")).isEqualTo(pid);
    assertForwards("TCP:127.0.0.1:8081");
    assertForwards("TCP:127.0.0.1:8080");
    assertThat(container.property("sluice", "NFileDescriptorStore")).isEqualTo("2");
    awaitJournal("reloaded: 1 change");
    awaitJournal("\\+ sluice\\.frontends\\.api \\{ bind = \"127.0.0.1:8081\", backend = app }.*");
    awaitJournal("sluice: api listens on 127.0.0.1:8081 .*");

    configure(WEB);
    container.run("systemctl", "reload", "sluice");

    container.awaitProperty("sluice", "NFileDescriptorStore", "1");
    Program refused = container.attempt(Tool.SOCAT.path(), "-u", "TCP:127.0.0.1:8081", "-");
    assertThat(refused.stderr()).contains("Connection refused");
    assertForwards("TCP:127.0.0.1:8080");
  }

  @Test
  void badConfigurationFailsTheReloadAndTheFormerOneGoesOn() throws Exception {
    configure(WEB);
    container.run("systemctl", "start", "sluice");
    String pid = container.property("sluice", "MainPID");
    configure(WEB, API, "thread = 4");

    Program reload = container.attempt("systemctl", "reload", "sluice");

    assertThat(reload.exitCode()).isNotZero();
    assertThat(container.property("sluice", "ReloadResult")).isEqualTo("exit-code");
    assertThat(container.property("sluice", "ActiveState")).isEqualTo("active");
    assertThat(container.property("sluice", "MainPID")).isEqualTo(pid);
    container.awaitProperty(
        "sluice",
        "StatusText",
        "last reload failed \\(/etc/sluice/sluice\\.conf:5: sluice\\.thread = 4: unknown key;.*\\),"
            + " 0 sessions, 1 of 1 server up.*");
    assertForwards("TCP:127.0.0.1:8080");
    awaitJournal("/etc/sluice/sluice\\.conf:5: sluice\\.thread = 4: unknown key; .*");
    awaitJournal("reload failed, the former configuration goes on");
    assertThat(journal("json"))
        .anyMatch(line -> line.contains("reload failed") && line.contains("\"PRIORITY\":\"3\""));

    configure(WEB, API);
    container.run("systemctl", "reload", "sluice");

    container.awaitProperty("sluice", "StatusText", "\\d sessions?, 1 of 1 server up.*");
    assertForwards("TCP:127.0.0.1:8081");
  }

  @Test
  void hupAndTheCommandOfAnOperatorReloadToo() throws Exception {
    configure(WEB);
    container.run("systemctl", "start", "sluice");
    configure(WEB, API);
    List<String> command =
        List.of(
            "/usr/bin/java", "-cp", "/usr/share/sluice/sluice.jar", "io.sluice.app.Main", "reload");

    List<String> asked = new ArrayList<>(command);
    asked.add("--dry-run");
    assertThat(container.run(asked.toArray(String[]::new)))
        .endsWith("/etc/sluice/sluice.conf: 1 change, nothing applied");
    container.run("systemctl", "kill", "--signal=HUP", "--kill-whom=main", "sluice");
    awaitJournal("reloaded: 1 change");
    assertForwards("TCP:127.0.0.1:8081");

    assertThat(container.run(command.toArray(String[]::new)))
        .isEqualTo("reloaded /etc/sluice/sluice.conf: no changes");
  }

  /** A socket that came back from the store is this process' own, also to let go of. */
  @Test
  void bindThatIsTakenAwayAfterARestartIsClosedEverywhere() throws Exception {
    configure(WEB, API);
    container.run("systemctl", "start", "sluice");
    container.run("systemctl", "restart", "sluice");
    assertForwards("TCP:127.0.0.1:8081");
    assertThat(container.property("sluice", "NFileDescriptorStore")).isEqualTo("2");

    configure(WEB);
    container.run("systemctl", "reload", "sluice");

    container.awaitProperty("sluice", "NFileDescriptorStore", "1");
    try (Program client =
        container.start("refused", NOTHING, Tool.SOCAT.path(), "-", "TCP:127.0.0.1:8081")) {
      assertThat(client.awaitExit(Container.PATIENCE)).isNotZero();
      assertThat(client.stderr()).contains("Connection refused");
    }
    assertForwards("TCP:127.0.0.1:8080");
  }
}
