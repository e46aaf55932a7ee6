package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledIf;

/**
 * The package, installed by dpkg beside what this machine has, where systemd is process 1: what it
 * puts where, how the service lives, what an upgrade keeps and what a purge leaves.
 */
@EndToEnd
@EnabledIf(
    value = "io.sluice.app.e2e.Container#isPossible",
    disabledReason = "boots a systemd in a container: needs root")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class) // Each works alone; so it is installed once.
class InstalledIT extends Installed {
  /** Above this machine's other packages, none of which depends on it. */
  private static final String NEXT_VERSION = "99.0";

  private static final String OF_INSTANCE = "/etc/sluice/web.conf";

  @BeforeAll
  static void boot() throws IOException {
    Path packages = packages();
    makeNextVersion(packages);
    boot(packages, Optional.empty());
  }

  /** The same package under a higher version, with other files in it. */
  private static void makeNextVersion(Path packages) throws IOException {
    String script =
        """
        dpkg-deb -R "$1/sluice.deb" "$1/next"
        sed -i "s/^Version: .*/Version: $2/" "$1/next/DEBIAN/control"
        touch "$1/next/usr/share/sluice/sluice.jar"
        echo "# What this version says." >>"$1/next/etc/sluice/sluice.conf"
        dpkg-deb -Znone -b "$1/next" "$1/next.deb"
        """;
    List<String> command =
        List.of("/bin/bash", "-euc", script, "next", packages.toString(), NEXT_VERSION);
    Program made = Program.run(folder, "next", command, Duration.ofSeconds(30));
    assertThat(made.exitCode()).as(made.stderr()).isZero();
  }

  /** The JVM of the units takes its classes from the archive. */
  private static void assertArchiveFits() throws IOException {
    String script =
        """
        /usr/bin/java -XX:+UseSerialGC -Xshare:on \\
          -XX:SharedArchiveFile=/usr/lib/sluice/sluice.jsa -Xlog:class+load:file=/tmp/classes \\
          -cp /usr/share/sluice/sluice.jar io.sluice.app.Main version >/dev/null
        grep -E 'io.sluice.app.(SluiceCommand|RunCommand) ' /tmp/classes
        """;
    assertThat(container.run("/bin/bash", "-euc", script).lines())
        .isNotEmpty()
        .allMatch(line -> line.contains("source: shared objects file"));
  }

  @Test
  @Order(1)
  void installationMakesWhatDependsOnTheMachine() throws Exception {
    assertThat(version()).startsWith("ok installed 0.");
    assertArchiveFits();
    assertThat(container.run("ls", "-L", "/usr/lib/sluice/native")).contains("libjffi-1.2.so");
    assertThat(container.property("sluice", "UnitFileState")).isEqualTo("disabled");
    assertThat(container.property("sluice", "ActiveState")).isEqualTo("inactive");
    assertThat(container.run("sluice", "check", "-c", CONFIGURATION)).endsWith(": valid");
  }

  @Test
  @Order(2)
  void serviceStartsForwardsTellsItsStatusAndStopsClean() throws Exception {
    container.run("systemctl", "start", "sluice");

    assertForwards("http://127.0.0.1:8080/random");

    String status = container.run("systemctl", "status", "--no-pager", "sluice");
    assertThat(status)
        .containsPattern("Active: active \\(running\\)")
        .containsPattern("Status: \"(listening|\\d+ sessions?, 1 of 1 server up, .*) ?\\(epoll, ");
    assertThat(container.run("sluice", "server", "app/a", "drain")).isEqualTo("app/a is DRAIN");
    assertThat(container.run("sluice", "status")).containsPattern("app/a +DRAIN ");
    container.run("systemctl", "stop", "sluice");
    assertThat(container.property("sluice", "ActiveState")).isEqualTo("inactive");
    assertThat(container.property("sluice", "Result")).isEqualTo("success");
  }

  @Test
  @Order(3)
  void firstConnectionStartsItAndIsNotLost() throws Exception {
    configure(
        "frontends.web { bind = \"systemd:web\", backend = app }",
        "frontends.local { bind = \"systemd:local\", backend = app }");
    String unit =
        """
        [Socket]
        Service=sluice.service
        FileDescriptorName=local
        ListenStream=/run/sluice-local.sock
        """;
    Files.writeString(container.root().resolve("run/systemd/system/sluice-local.socket"), unit);
    container.run("systemctl", "daemon-reload");
    String socket = container.root().resolve("run/sluice-local.sock").toString();

    for (List<String> first :
        List.of(
            List.of("http://127.0.0.1:8080/random"),
            List.of("--unix-socket", socket, "http://local/random"))) {
      container.run("systemctl", "start", "sluice.socket", "sluice-local.socket");
      assertThat(container.property("sluice", "ActiveState")).isEqualTo("inactive");

      assertForwards(first.toArray(String[]::new));

      container.awaitProperty("sluice", "ActiveState", "active");
      container.run("systemctl", "stop", "sluice.socket", "sluice-local.socket", "sluice");
    }
  }

  @Test
  @Order(4)
  void archiveIsMadeAgainForAnotherJava() throws Exception {
    container.run("sh", "-c", "rm /usr/share/sluice/*.jsa");

    container.run("dpkg-trigger", "--by-package=openjdk-17-jre-headless", "/usr/lib/jvm");
    dpkg("--triggers-only", "sluice");

    assertArchiveFits();
  }

  @Test
  @Order(5)
  void upgradeKeepsTheConfigurationAndRestartsWhatRuns() throws Exception {
    startWithAnInstance();
    String process = container.property("sluice", "MainPID");
    String ofInstance = container.property("sluice@web", "MainPID");
    String configuration = container.run("cat", CONFIGURATION);

    dpkg("--force-confdef", "--force-confold", "--install", "/opt/packages/next.deb");

    assertThat(version()).isEqualTo("ok installed " + NEXT_VERSION);
    assertThat(container.run("cat", CONFIGURATION)).isEqualTo(configuration);
    assertThat(container.property("sluice", "MainPID")).isNotIn(process, "0");
    assertThat(container.property("sluice@web", "MainPID")).isNotIn(ofInstance, "0");
    assertForwards("http://127.0.0.1:8080/random");
    assertArchiveFits();
  }

  /** The service and another one of the template beside it. */
  private static void startWithAnInstance() throws IOException {
    Files.writeString(
        container.root().resolve(OF_INSTANCE.substring(1)),
        "sluice { frontends.a { bind = \":8082\", backend = a },"
            + " backends.a.servers.a = \"127.0.0.1:9000\" }");
    container.run("systemctl", "start", "sluice", "sluice@web");
  }

  /** dpkg(1) asks the old version's scripts to undo what they did when the new one does not fit. */
  @Test
  @Order(4)
  void upgradeThatFailsLeavesItAsItWas() throws Exception {
    container.run("/var/lib/dpkg/info/sluice.prerm", "upgrade", NEXT_VERSION);
    assertThat(container.attempt("ls", "/usr/lib/sluice").exitCode()).isNotZero();

    container.run("/var/lib/dpkg/info/sluice.postinst", "abort-upgrade", NEXT_VERSION);

    assertArchiveFits();
    assertThat(container.run("ls", "-L", "/usr/lib/sluice/native")).contains("libjffi-1.2.so");
  }

  @Test
  @Order(6)
  void purgeLeavesNothingAndRemovalTheConfiguration() throws Exception {
    container.run("systemctl", "enable", "--now", "sluice");
    startWithAnInstance();
    assertForwards("http://127.0.0.1:8080/random");
    assertForwards("http://127.0.0.1:8082/random");

    dpkg("--remove", "sluice");

    assertThat(container.attempt("systemctl", "is-active", "sluice").stdout())
        .startsWith("inactive");
    await()
        .atMost(Container.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(difference(written(), before))
                    .filteredOn(path -> !path.startsWith("/var/lib/dpkg/"))
                    .containsExactlyInAnyOrder(
                        "/etc/sluice",
                        CONFIGURATION,
                        OF_INSTANCE,
                        "/var/lib/sluice",
                        "/var/lib/private/sluice",
                        "/var/lib/sluice-web",
                        "/var/lib/private/sluice-web"));
    Files.delete(container.root().resolve(OF_INSTANCE.substring(1))); // The operator's own.

    dpkg("--purge", "sluice");

    assertThat(difference(written(), before)).isEmpty();
    assertThat(container.attempt("systemctl", "list-unit-files", "sluice*").stdout())
        .contains("0 unit files");
  }
}
