package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * The service in a container of its own, and what its tests do with it: the shipped units,
 * unchanged but for drop-ins, an echo server behind the proxy, clients, and the journal.
 */
abstract class UnderSystemd {
  private static final int BYTES = 3_000_000;
  static final String SERVER = "127.0.0.1:9000";
  static final Path NOTHING = Path.of("/dev/null");

  /** The frontend of most tests, and how socat(1) says where it is. */
  static final String WEB = "frontends.web { bind = \"127.0.0.1:8080\", backend = app }";

  static final String TO_WEB = "TCP:127.0.0.1:8080";

  /** What is done to the service while there are clients. */
  interface Step {
    void run() throws IOException;
  }

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

  static void startWith(String... lines) throws IOException {
    configure(lines);
    container.run("systemctl", "start", "sluice");
  }

  /** Lines of {@code [Service]} that beat those of the shipped unit. */
  static void override(String... lines) throws IOException {
    Path folder = container.root().resolve("run/systemd/system/sluice.service.d");
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("test.conf"), "[Service]\n" + String.join("\n", lines) + "\n");
    container.run("systemctl", "daemon-reload");
  }

  static void socketUnit(String name, String... lines) throws IOException {
    Files.writeString(
        container.root().resolve("run/systemd/system/" + name + ".socket"),
        "[Socket]\nService=sluice.service\n" + String.join("\n", lines) + "\n");
    container.run("systemctl", "daemon-reload");
  }

  /** A client of {@link #WEB} that says nothing and stays; its output goes to files of its name. */
  static Program hold(String name) throws IOException {
    return container.start(name, NOTHING, Tool.SOCAT.path(), "-u", TO_WEB, "-");
  }

  /** Random bytes come back from {@code target} as they were sent. */
  static void assertForwards(String target) throws IOException {
    try (Program client =
        container.start("client", random, Tool.SOCAT.path(), "-t20", "-", target)) {
      assertThat(client.awaitExit(Container.PATIENCE)).as(client.stderr()).isZero();
      assertThat(Files.mismatch(random, folder.resolve("client.out"))).as(target).isEqualTo(-1);
    }
  }

  static void assertRefuses(String target) throws IOException {
    Program client = container.attempt(Tool.SOCAT.path(), "-u", target, "-");
    assertThat(client.exitCode()).as(target).isNotZero();
    assertThat(client.stderr()).contains("Connection refused");
  }

  /** Does {@code step} once {@code load} says that it has begun; it must outlast that. */
  static void during(Program load, Step step) throws IOException {
    load.awaitStdout(Pattern.compile("begun"), Container.PATIENCE);
    step.run();
    assertThat(load.isAlive()).as("clients outlast it: %s", load.stderr()).isTrue();
  }

  /** Clients one after the other, each of whom must get the answer, while {@code step} is done. */
  static void assertAnswersEverybodyDuring(String target, Step step) throws IOException {
    String client =
        """
        answer=$(echo $client | socat -t20 - %s)
        [[ $answer == $client ]] || echo "lost $client"
        """
            .formatted(target);
    assertThat(errorsOfClientsDuring(client, step)).isEmpty();
  }

  /** The same where a client that has been connected may be cut off. */
  static void assertRefusesNobodyDuring(String client, Step step) throws IOException {
    assertThat(errorsOfClientsDuring(client, step)).doesNotContain("refused", "No such file");
  }

  /**
   * The stderr of clients that come one after the other, lines of bash(1) that must be quiet: 300,
   * and more if the step takes longer.
   */
  private static String errorsOfClientsDuring(String client, Step step) throws IOException {
    Path end = folder.resolve("clients-end");
    Files.deleteIfExists(end);
    String clients =
        """
        client=0
        while [[ $((++client)) -le 300 || ! -e %s ]]; do
        %s
        [[ $client != 20 ]] || echo begun
        done
        echo done
        """
            .formatted(end, client);
    try (Program load = container.start("load", NOTHING, "/bin/bash", "-c", clients)) {
      during(load, step);
      Files.createFile(end);
      load.awaitExit(Container.PATIENCE);
      assertThat(load.stdout()).isEqualTo("begun\ndone\n");
      return load.stderr();
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

  /** Waits for a message that matches {@code regex}. */
  void awaitJournal(String regex) {
    awaitJournal("cat", line -> line.matches(regex));
  }

  void awaitJournal(String format, Predicate<String> wanted) {
    await()
        .atMost(Container.PATIENCE)
        .untilAsserted(() -> assertThat(journal(format)).anyMatch(wanted));
  }
}
