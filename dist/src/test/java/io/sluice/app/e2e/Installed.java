package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * The package, installed by dpkg beside what this machine has, where systemd is process 1: the
 * container, and what its tests do with it.
 */
abstract class Installed {
  private static final Path DEB = Path.of(System.getProperty("sluice.deb"));
  static final Path NOTHING = Path.of("/dev/null");
  private static final int BYTES = 5_000_000;

  static final String CONFIGURATION = "/etc/sluice/sluice.conf";

  /** What dpkg and systemd keep of their own work, unless it names the proxy. */
  private static final Pattern OTHERS =
      Pattern.compile(
          "/(var/(log|cache|lib/(dpkg|systemd|private))|etc/(\\.pwd\\.lock|machine-id))(/.*)?");

  @TempDir static Path folder;
  static Container container;
  private static Program nginx;
  static Set<String> before;

  /** A folder with the package, as {@code sluice.deb}. */
  static Path packages() throws IOException {
    Tool.DPKG.path();
    Path packages = Files.createDirectory(folder.resolve("packages"));
    Files.copy(DEB, packages.resolve("sluice.deb"));
    return packages;
  }

  /**
   * Boots, with a server behind the proxy that is to be installed.
   *
   * @param packages of {@link #packages}
   * @param systemd a tree with another systemd than this machine's
   */
  static void boot(Path packages, Optional<Path> systemd) throws IOException {
    Tool.CURL.path();
    container = Container.withPackages(folder, packages, systemd);
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
    container.attempt("systemctl", "stop", "sluice*");
    container.attempt("systemctl", "reset-failed"); // Starts are counted, too.
    container.run("rm", "-f", "/run/systemd/system/sluice-local.socket");
    configure("frontends.web { bind = \"127.0.0.1:8080\", backend = app }");
  }

  static String dpkg(String... arguments) throws IOException {
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
  static String version() throws IOException {
    return container
        .attempt(
            "dpkg-query", "-W", "-f=${db:Status-Eflag} ${db:Status-Status} ${Version}", "sluice")
        .stdout();
  }

  static void configure(String... lines) throws IOException {
    Files.writeString(
        container.root().resolve(CONFIGURATION.substring(1)),
        "sluice {\nbackends.app.servers.a = \"127.0.0.1:9000\"\n"
            + String.join("\n", lines)
            + "\n}\n");
  }

  /** A file comes through the service as it is; the first connection may be what starts it. */
  static void assertForwards(String... target) throws IOException {
    Path received = folder.resolve("received");
    Files.deleteIfExists(received);
    List<String> options = List.of("-sS", "--max-time", "30", "--output", received.toString());
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
  static Set<String> written() throws IOException {
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

  static Set<String> difference(Set<String> all, Set<String> without) {
    Set<String> rest = new TreeSet<>(all);
    rest.removeAll(without);
    return rest;
  }
}
