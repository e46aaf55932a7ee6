package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * The package, installed by dpkg beside what this machine has, where systemd is process 1: what it
 * puts where, how the service lives, what an upgrade keeps and what a purge leaves.
 */
@EndToEnd
@EnabledIf(
    value = "io.sluice.app.e2e.Container#isPossible",
    disabledReason = "boots a systemd in a container: needs root")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class) // Each works alone; so it is installed once.
class InstalledIT {
  private static final Path DEB = Path.of(System.getProperty("sluice.deb"));
  private static final Path NOTHING = Path.of("/dev/null");
  private static final int BYTES = 5_000_000;

  /** Above this machine's other packages, none of which depends on it. */
  private static final String NEXT_VERSION = "99.0";

  private static final String CONFIGURATION = "/etc/sluice/sluice.conf";

  /** What dpkg and systemd keep of their own work, unless it names the proxy. */
  private static final Pattern OTHERS =
      Pattern.compile(
          "/(var/(log|cache|lib/(dpkg|systemd|private))|etc/(\\.pwd\\.lock|machine-id))(/.*)?");

  @TempDir static Path folder;
  private static Container container;
  private static Program nginx;
  private static Set<String> before;

  @BeforeAll
  static void boot() throws IOException {
    Tool.DPKG.path();
    Tool.CURL.path();
    Path packages = Files.createDirectory(folder.resolve("packages"));
    Files.copy(DEB, packages.resolve("sluice.deb"));
    makeNextVersion(packages);
    container = Container.withPackages(folder, packages);
    if (container.attempt("/usr/bin/java", "-version").exitCode() != 0) {
      Tool.missing("needs /usr/bin/java: apt-get install openjdk-17-jre-headless");
    }
    // Its trigger would read every manual page of this machine.
    container.run("rm", "-f", "/var/lib/man-db/auto-update");
    before = written();
    List<String> server = Nginx.command(folder, 9000, "");
    byte[] bytes = new byte[BYTES];
    new Random(1).nextBytes(bytes);
    Files.write(folder.resolve("files/random"), bytes);
    nginx = container.start("nginx", NOTHING, server.toArray(String[]::new));
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

  @AfterAll
  static void shutDown() throws IOException {
    if (nginx != null) {
      nginx.close();
    }
    if (container != null) {
      container.close();
    }
  }

  /** As an operator who has just installed it and has written a configuration. */
  @BeforeEach
  void install() throws IOException {
    if (!version().matches("ok installed 0\\..*")) {
      container.attempt("dpkg", "--purge", "sluice");
      dpkg("--install", "/opt/packages/sluice.deb");
    }
    container.attempt("systemctl", "stop", "sluice.socket", "sluice-local.socket", "sluice");
    container.attempt("systemctl", "reset-failed"); // Starts are counted, too.
    container.run("rm", "-f", "/run/systemd/system/sluice-local.socket");
    configure("frontends.web { bind = \"127.0.0.1:8080\", backend = app }");
  }

  private static String dpkg(String... arguments) throws IOException {
    String[] command =
        Stream.concat(Stream.of("dpkg"), Stream.of(arguments)).toArray(String[]::new);
    Program ended = container.attempt(command);
    String said = ended.stdout() + ended.stderr();
    if (said.contains("sluice depends on")) {
      Tool.missing("needs a Java of this machine's packages: " + said);
    }
    assertThat(ended.exitCode()).as(said).isZero();
    return said;
  }

  /** The state and the version that dpkg knows; empty where it knows none. */
  private static String version() throws IOException {
    return container
        .attempt(
            "dpkg-query", "-W", "-f=${db:Status-Eflag} ${db:Status-Status} ${Version}", "sluice")
        .stdout();
  }

  private static void configure(String... lines) throws IOException {
    Files.writeString(
        container.root().resolve(CONFIGURATION.substring(1)),
        "sluice {\nbackends.app.servers.a = \"127.0.0.1:9000\"\n"
            + String.join("\n", lines)
            + "\n}\n");
  }

  /** A file comes through the service as it is; the first connection may be what starts it. */
  private static void assertForwards(String... target) throws IOException {
    Path received = folder.resolve("received");
    Files.deleteIfExists(received);
    List<String> options = List.of("-sS", "--max-time", "10", "--output", received.toString());
    String[] command =
        Stream.of(List.of(Tool.CURL.path()), options, List.of(target))
            .flatMap(List::stream)
            .toArray(String[]::new);
    try (Program curl = container.start("curl", NOTHING, command)) {
      assertThat(curl.awaitExit(Container.PATIENCE)).as(curl.stderr()).isZero();
    }
    assertThat(Files.mismatch(folder.resolve("files/random"), received)).isEqualTo(-1);
  }

  /** Whatever exists because of this container, and not already on this machine. */
  private static Set<String> written() throws IOException {
    Path upper = container.written();
    try (Stream<Path> all = Files.walk(upper)) {
      Set<String> found = new TreeSet<>();
      all.map(path -> "/" + upper.relativize(path))
          .filter(path -> !Files.exists(Path.of(path), LinkOption.NOFOLLOW_LINKS))
          .filter(path -> path.contains("sluice") || !OTHERS.matcher(path).matches())
          .forEach(found::add);
      return found;
    }
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
    container.run("systemctl", "start", "sluice");
    String process = container.property("sluice", "MainPID");
    String configuration = container.run("cat", CONFIGURATION);

    dpkg("--force-confdef", "--force-confold", "--install", "/opt/packages/next.deb");

    assertThat(version()).isEqualTo("ok installed " + NEXT_VERSION);
    assertThat(container.run("cat", CONFIGURATION)).isEqualTo(configuration);
    assertThat(container.property("sluice", "MainPID")).isNotIn(process, "0");
    assertForwards("http://127.0.0.1:8080/random");
    assertArchiveFits();
  }

  @Test
  @Order(6)
  void purgeLeavesNothingAndRemovalTheConfiguration() throws Exception {
    container.run("systemctl", "enable", "--now", "sluice");
    assertForwards("http://127.0.0.1:8080/random");

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
                        "/var/lib/sluice",
                        "/var/lib/private/sluice"));

    dpkg("--purge", "sluice");

    assertThat(difference(written(), before)).isEmpty();
    assertThat(container.attempt("systemctl", "list-unit-files", "sluice*").stdout())
        .contains("0 unit files");
  }

  private static Set<String> difference(Set<String> all, Set<String> without) {
    Set<String> rest = new TreeSet<>(all);
    rest.removeAll(without);
    return rest;
  }
}
