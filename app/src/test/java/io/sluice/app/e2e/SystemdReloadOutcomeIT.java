package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** {@code systemctl reload}: applied or refused, and told either way. */
@EndToEnd
@EnabledIf(
    value = "io.sluice.app.e2e.Container#isPossible",
    disabledReason = "boots a systemd in a container: needs root")
class SystemdReloadOutcomeIT extends UnderSystemd {
  private static final String API = "frontends.api { bind = \"127.0.0.1:8081\", backend = app }";
  private static final String TO_API = "TCP:127.0.0.1:8081";

  @Test
  void goodConfigurationIsAppliedWithoutARestart() throws Exception {
    startWith(WEB);
    String pid = container.property("sluice", "MainPID");
    String socket = container.run("stat", "--format=%a %F", "/run/sluice/control.sock");
    assertThat(socket).isEqualTo("600 socket");

    configure(WEB, API);
    assertAnswersEverybodyDuring(TO_WEB, () -> container.run("systemctl", "reload", "sluice"));

    assertThat(container.property("sluice", "ActiveState")).isEqualTo("active");
    assertThat(container.property("sluice", "MainPID")).isEqualTo(pid);
    assertForwards(TO_API);
    assertForwards(TO_WEB);
    assertThat(container.property("sluice", "NFileDescriptorStore")).isEqualTo("2");
    awaitJournal("reloaded: 1 change");
    awaitJournal("\\+ sluice\\.frontends\\.api \\{ bind = \"127.0.0.1:8081\", backend = app }.*");
    awaitJournal("sluice: api listens on 127.0.0.1:8081 .*");

    configure(WEB);
    container.run("systemctl", "reload", "sluice");

    container.awaitProperty("sluice", "NFileDescriptorStore", "1");
    assertRefuses(TO_API);
    assertForwards(TO_WEB);
  }

  @Test
  void badConfigurationFailsTheReloadAndTheFormerOneGoesOn() throws Exception {
    startWith(WEB);
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
    assertForwards(TO_WEB);
    awaitJournal("/etc/sluice/sluice\\.conf:5: sluice\\.thread = 4: unknown key; .*");
    awaitJournal("reload failed, the former configuration goes on");
    assertThat(journal("json"))
        .anyMatch(line -> line.contains("reload failed") && line.contains("\"PRIORITY\":\"3\""));

    configure(WEB, API);
    container.run("systemctl", "reload", "sluice");

    container.awaitProperty("sluice", "StatusText", "\\d sessions?, 1 of 1 server up.*");
    assertForwards(TO_API);
  }

  @Test
  void hupAndTheCommandOfAnOperatorReloadToo() throws Exception {
    startWith(WEB);
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
    assertForwards(TO_API);

    assertThat(container.run(command.toArray(String[]::new)))
        .isEqualTo("reloaded /etc/sluice/sluice.conf: no changes");
  }

  /** A socket that came back from the store is this process' own, also to let go of. */
  @Test
  void bindThatIsTakenAwayAfterARestartIsClosedEverywhere() throws Exception {
    startWith(WEB, API);
    container.run("systemctl", "restart", "sluice");
    assertForwards(TO_API);
    assertThat(container.property("sluice", "NFileDescriptorStore")).isEqualTo("2");

    configure(WEB);
    container.run("systemctl", "reload", "sluice");

    container.awaitProperty("sluice", "NFileDescriptorStore", "1");
    assertRefuses(TO_API);
    assertForwards(TO_WEB);
  }
}
