package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * The service in a container of its own, and what its tests do with it: the shipped units,
 * unchanged but for drop-ins, and an echo server behind the proxy.
 */
abstract class UnderSystemd {
  private static final int BYTES = 3_000_000;
  static final String SERVER = "127.0.0.1:9000";
  static final Path NOTHING = Path.of("/dev/null");

  @TempDir static Path folder;
  static Container container;
  private static Path random;

  /** Where the journal was when a test began. */
  private String cursor;

  @BeforeAll
  static void boot() throws IOException {
    Tool.SOCAT.path();
    byte[] bytes = new byte[BYTES];
    new Random(1).nextBytes(bytes);
    random = Files.write(folder.resolve("random"), bytes);
    container = Container.withProxy(folder);
    String echo = "TCP-LISTEN:9000,bind=127.0.0.1,reuseaddr,fork";
    // Not socat itself with PIPE: it waits for room in a pipe that nobody else empties.
    String answer = "EXEC:cat,nofork";
    container.run("systemd-run", "--quiet", "--unit=echo", Tool.SOCAT.path(), echo, answer);
    assertForwards("TCP:" + SERVER + ",retry=100,interval=0.1");
  }

  @AfterAll
  static void shutDown() throws IOException {
    if (container != null) {
      container.close();
    }
  }

  @BeforeEach
  void markJournal() throws IOException {
    String shown = container.run("journalctl", "--quiet", "--lines=1", "--show-cursor");
    cursor = shown.substring(shown.indexOf("-- cursor: ") + "-- cursor: ".length());
  }

  @AfterEach
  void stopAll() throws IOException {
    container.attempt("systemctl", "stop", "sluice*");
    container.attempt("systemctl", "reset-failed");
    container.run("rm", "-rf", "/run/systemd/system/sluice.service.d");
    container.run("rm", "-f", "/run/systemd/system/sluice-local.socket");
    // A unit that has stopped may stay loaded, as it was with those files.
    container.run("systemctl", "daemon-reload");
  }

  static void configure(String... lines) throws IOException {
    Files.writeString(
        container.root().resolve("etc/sluice/sluice.conf"),
        "sluice {\nbackends.app.servers.a = \""
            + SERVER
            + "\"\n"
            + String.join("\n", lines)
            + "\n}\n");
  }

  /** Lines of {@code [Service]} that beat those of the shipped unit. */
  static void override(String... lines) throws IOException {
    Path folder = container.root().resolve("run/systemd/system/sluice.service.d");
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("test.conf"), "[Service]\n" + String.join("\n", lines) + "\n");
    container.run("systemctl", "daemon-reload");
  }

  /** Random bytes come back from {@code target} as they were sent. */
  static void assertForwards(String target) throws IOException {
    try (Program client =
        container.start("client", random, Tool.SOCAT.path(), "-t20", "-", target)) {
      assertThat(client.awaitExit(Container.PATIENCE)).as(client.stderr()).isZero();
      assertThat(Files.mismatch(random, folder.resolve("client.out"))).as(target).isEqualTo(-1);
    }
  }

  /** Messages of the service since the test began, in the given format of journalctl. */
  List<String> journal(String format) throws IOException {
    return container
        .run("journalctl", "--unit=sluice", "--after-cursor=" + cursor, "--output=" + format)
        .lines()
        .toList();
  }

  List<String> journal() throws IOException {
    return journal("cat");
  }

  static void socketUnit(String name, String... lines) throws IOException {
    Files.writeString(
        container.root().resolve("run/systemd/system/" + name + ".socket"),
        "[Socket]\nService=sluice.service\n" + String.join("\n", lines) + "\n");
    container.run("systemctl", "daemon-reload");
  }
}
