package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/**
 * The package where systemd is 253 or later: the service is {@code Type=notify-reload}, and a
 * reload fails where the configuration is wrong all the same.
 *
 * <p>Where this machine's systemd is older, another is laid over it: {@code .ci/newer-systemd}.
 */
@EndToEnd
@EnabledIf(
    value = "io.sluice.app.e2e.Container#isPossible",
    disabledReason = "boots a systemd in a container: needs root")
class NotifyReloadIT extends Installed {
  /** The tree of a newer systemd, as the system property {@code sluice.systemd} names it. */
  private static final Path NEWER = Path.of(System.getProperty("sluice.systemd"));

  private static final int FIRST_WITH_NOTIFY_RELOAD = 253;
  private static final int SIGHUP = 1; // signal(7)
  private static final int SIGCONT = 18;

  private static final String WEB = "frontends.web { bind = \"127.0.0.1:8080\", backend = app }";
  private static final String API = "frontends.api { bind = \"127.0.0.1:8081\", backend = app }";
  private static final Path DROP_IN = Path.of("run/systemd/system/sluice.service.d/local.conf");

  @BeforeAll
  static void boot() throws IOException {
    if (Files.isDirectory(NEWER)) {
      boot(packages(), Optional.of(NEWER));
    } else {
      boot(packages(), Optional.empty());
    }
    int version = systemdVersion();
    Assumptions.assumeTrue(
        version >= FIRST_WITH_NOTIFY_RELOAD,
        () -> "systemd " + version + " has no notify-reload, and " + NEWER + " is not there");
  }

  private static int systemdVersion() throws IOException {
    String said = container.run("systemctl", "--version");
    Matcher version = Pattern.compile("^systemd (\\d+)").matcher(said);
    assertThat(version.find()).as(said).isTrue();
    return Integer.parseInt(version.group(1));
  }

  private static void start(String... lines) throws IOException {
    configure(lines);
    container.run("systemctl", "start", "sluice");
    assertForwards("http://127.0.0.1:8080/random");
  }

  /** What the process has logged about reloads since it was started. */
  private static List<String> reloads() throws IOException {
    String pid = container.property("sluice", "MainPID");
    return container
        .run("journalctl", "--output=cat", "_PID=" + pid)
        .lines()
        .filter(line -> line.startsWith("reload"))
        .toList();
  }

  private static void override(String... lines) throws IOException {
    Path file = container.root().resolve(DROP_IN.toString());
    Files.createDirectories(file.getParent());
    Files.writeString(file, "[Service]\n" + String.join("\n", lines) + "\n");
    container.run("systemctl", "daemon-reload");
  }

  @Test
  void unitsAreUnderstoodToTheLastKeyAndWaitForTheProcess() throws Exception {
    for (String unit : List.of("sluice.service", "sluice@web.service")) {
      assertThat(container.property(unit, "Type")).isEqualTo("notify-reload");
      Program verified = container.attempt("systemd-analyze", "verify", unit);
      // A systemd that is newer than the rest may find something in units of the rest.
      assertThat(verified.stderr().lines().filter(line -> line.contains("sluice"))).isEmpty();
    }
  }

  @Test
  void goodConfigurationIsAppliedOnceAndBeforeSystemctlReturns() throws Exception {
    start(WEB);
    String pid = container.property("sluice", "MainPID");
    configure(WEB, API);

    container.run("systemctl", "reload", "sluice");

    assertForwards("http://127.0.0.1:8081/random");
    assertThat(container.property("sluice", "MainPID")).isEqualTo(pid);
    assertThat(container.property("sluice", "ReloadResult")).isEqualTo("success");
    await()
        .atMost(Container.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(reloads())
                    .containsExactly("reloading /etc/sluice/sluice.conf", "reloaded: 1 change"));
  }

  @Test
  void badConfigurationFailsTheReloadAndTheFormerOneGoesOn() throws Exception {
    start(WEB);
    configure(WEB.replace("app", "none"));

    Program failed = container.attempt("systemctl", "reload", "sluice");

    assertThat(failed.exitCode()).isEqualTo(1);
    assertThat(failed.stderr()).contains("Job for sluice.service failed");
    assertThat(container.property("sluice", "ActiveState")).isEqualTo("active");
    assertThat(container.property("sluice", "StatusText"))
        .startsWith("last reload failed (/etc/sluice/sluice.conf:");
    assertForwards("http://127.0.0.1:8080/random");
    configure(WEB);

    container.run("systemctl", "reload", "sluice");

    assertThat(container.property("sluice", "StatusText")).doesNotContain("failed");
  }

  /** Otherwise systemd 262 ends the start: the signal would end the process, for all it knows. */
  @Test
  void reloadSignalsHaveHandlers() throws Exception {
    start(WEB);

    String pid = container.property("sluice", "MainPID");
    String caught = container.run("sed", "-n", "s/^SigCgt:\\t//p", "/proc/" + pid + "/status");

    long mask = Long.parseUnsignedLong(caught, 16);
    assertThat(mask & (1L << (SIGCONT - 1))).as("SIGCONT in " + caught).isNotZero();
    assertThat(mask & (1L << (SIGHUP - 1))).as("SIGHUP in " + caught).isNotZero();
  }

  /** What docs/systemd.md has for those who want no JVM to be started by a reload. */
  @Test
  void signalAloneIsWaitedForToo() throws Exception {
    override("ExecReload=", "ReloadSignal=SIGHUP");
    try {
      start(WEB);
      configure(WEB, API);

      container.run("systemctl", "reload", "sluice");

      assertForwards("http://127.0.0.1:8081/random");
      assertThat(container.property("sluice", "ReloadResult")).isEqualTo("success");
      assertThat(container.property("sluice", "SubState")).isEqualTo("running");
    } finally {
      container.run("rm", "-r", "/" + DROP_IN.getParent());
      container.run("systemctl", "daemon-reload");
    }
  }

  @Test
  void systemdThatBecomesNewerIsNoticed() throws Exception {
    for (String unit : List.of("sluice", "sluice@")) {
      container.run("rm", "-r", "/lib/systemd/system/" + unit + ".service.d");
    }
    container.run("systemctl", "daemon-reload");
    assertThat(container.property("sluice", "Type")).isEqualTo("notify");

    container.run("dpkg-trigger", "--by-package=systemd", "/usr/lib/systemd/systemd");
    dpkg("--triggers-only", "sluice");

    assertThat(container.property("sluice", "Type")).isEqualTo("notify-reload");
    assertThat(container.property("sluice@web", "Type")).isEqualTo("notify-reload");
  }

  @Test
  void purgeLeavesNothing() throws Exception {
    dpkg("--purge", "sluice");
    Set<String> without = written();

    install();
    start(WEB);
    dpkg("--purge", "sluice");

    assertThat(difference(written(), without)).isEmpty();
  }
}
