package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;
<<<<<<< HEAD
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** {@code systemctl reload}: applied or refused, and told either way. */
=======

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code systemctl reload} again and again, under load. */
>>>>>>> reload
@EndToEnd
@EnabledIf(
    value = "io.sluice.app.e2e.Container#isPossible",
    disabledReason = "boots a systemd in a container: needs root")
class SystemdReloadIT extends UnderSystemd {
<<<<<<< HEAD
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
=======
  private static final Logger LOG = LoggerFactory.getLogger(SystemdReloadIT.class);
  private static final int RELOADS = 50;
  private static final String LASTING = "50";
  private static final String CLIENTS = "4";
  private static final Pattern OUTCOME =
      Pattern.compile("connections=(\\d+) bytes=(\\d+) refused=0 reset=0 wrong=0");
  private static final int SLACK_KB = 64 << 10;
  private static final String WEB = "frontends.web { bind = \"127.0.0.1:8080\", backend = app }";

  /** Each differs from the one before in several things. */
  private static final String[][] VARIANTS = {
    {WEB},
    {WEB, "timeouts.client = 45s, backends.app.servers.b = \"127.0.0.1:9100\""},
    {
      WEB,
      "frontends.second { bind = \"127.0.0.1:8081\", backend = app, max-connections = 17 }",
      "backends.app.check { type = tcp, interval = 100ms }"
    },
    {
      WEB,
      "frontends.web { max-connections = 900, limits.source-connections = 800 }",
      "mirrors.m { to = \"tcp:127.0.0.1:9000\" }, frontends.web.mirror = m"
    },
  };

  private static void configure(int variant) throws IOException {
    String[] lines = VARIANTS[variant % VARIANTS.length];
    configure(
        Stream.concat(
                Stream.of("backends.app.servers.a = \"127.0.0.1:9100\"", "max-connections = 1000"),
                Stream.of(lines))
            .toArray(String[]::new));
  }

  private interface Action {
    void run() throws Exception;
  }

  /** What became of the clients while {@code action} went on. */
  private static String underLoad(Action action) throws Exception {
    Path end = container.root().resolve("run/load-end");
    Files.deleteIfExists(end);
    try (Program load =
        container.start(
            "load",
            NOTHING,
            "/usr/bin/java",
            "-cp",
            "/opt/sluice-test",
            "io.sluice.app.SteadyLoad",
            "8080",
            "9100",
            LASTING,
            CLIENTS,
            end.toString())) {
      load.awaitStdout(Pattern.compile("begun"), Container.PATIENCE);
      action.run();
      assertThat(load.isAlive()).as(load.stderr()).isTrue();
      Files.createFile(end);
      load.awaitExit(Container.PATIENCE);
      assertThat(load.stderr()).isEmpty();
      return load.stdout().lines().skip(1).findFirst().orElse("");
    }
  }

  @Test
  void fiftyReloadsUnderLoadLoseNothingAndLeaveNothing() throws Exception {
    configure(0);
    container.run("systemctl", "start", "sluice");
    String pid = container.property("sluice", "MainPID");
    assertThat(underLoad(() -> reload(VARIANTS.length))).matches(OUTCOME);
    container.awaitProperty("sluice", "StatusText", "0 sessions, .*");
    Usage before = Usage.of(pid);

    String outcome = underLoad(() -> reload(RELOADS));

    container.awaitProperty("sluice", "StatusText", "0 sessions, .*");
    Usage after = Usage.of(pid);
    LOG.info("{}; {} before, {} after {} reloads", outcome, before, after, RELOADS);
    Matcher figures = OUTCOME.matcher(outcome);
    assertThat(figures.matches()).as(outcome).isTrue();
    assertThat(Long.parseLong(figures.group(1))).isGreaterThan(RELOADS);
    assertThat(container.property("sluice", "MainPID")).isEqualTo(pid);
    assertThat(journal().stream().filter(line -> line.startsWith("reloaded: "))).hasSize(54);
    assertThat(after.descriptors()).isLessThanOrEqualTo(before.descriptors());
    assertThat(after.threads()).isLessThanOrEqualTo(before.threads());
    assertThat(after.residentKb()).isLessThanOrEqualTo(before.residentKb() + SLACK_KB);
  }

  /** The last of them is the first variant. */
  private static void reload(int times) throws IOException {
    for (int i = 1; i <= times; i++) {
      configure(i == times ? 0 : i);
      container.run("systemctl", "reload", "sluice");
    }
  }

  private record Usage(long descriptors, int threads, int residentKb) {
    static Usage of(String pid) throws IOException {
      String counted = container.run("/bin/sh", "-c", "ls /proc/" + pid + "/fd | wc -l");
      String status = container.run("cat", "/proc/" + pid + "/status");
      return new Usage(
          Long.parseLong(counted.strip()), field(status, "Threads"), field(status, "VmRSS"));
    }

    private static int field(String status, String name) {
      Matcher line = Pattern.compile("(?m)^" + name + ":\\s+(\\d+)").matcher(status);
      assertThat(line.find()).as(status).isTrue();
      return Integer.parseInt(line.group(1));
    }
>>>>>>> reload
  }
}
