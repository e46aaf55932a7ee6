package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code systemctl reload} again and again, under load. */
@EndToEnd
@EnabledIf(
    value = "io.sluice.app.e2e.Container#isPossible",
    disabledReason = "boots a systemd in a container: needs root")
@Timeout(300)
class SystemdReloadIT extends UnderSystemd {
  private static final Logger LOG = LoggerFactory.getLogger(SystemdReloadIT.class);
  private static final int RELOADS = 50;
  private static final String LASTING = "50";
  private static final String CLIENTS = "4";
  private static final Pattern OUTCOME =
      Pattern.compile("connections=(\\d+) bytes=(\\d+) refused=0 reset=0 wrong=0");
  private static final int SLACK_KB = 64 << 10;

  /** Descriptors of the 18 pipes that each loop may keep for its next sessions. */
  private static final int PIPES_KEPT = 2 * 18 * Runtime.getRuntime().availableProcessors();

  /** Each differs from the one before in several things. */
  private static final String[][] VARIANTS = {
    {WEB},
    {WEB, "timeouts.client = 45s, backends.app.servers.b = \"127.0.0.1:9100\""},
    {
      WEB,
      "frontends.second { bind = \"127.0.0.1:8081\", backend = app, max-connections = 17 }",
      "backends.app.check { type = tcp }"
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

  /** What became of the clients while {@code step} was done. */
  private static String underLoad(Step step) throws IOException {
    Path end = folder.resolve("load-end");
    Files.deleteIfExists(end);
    try (Program load =
        container.start(
            "load",
            NOTHING,
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "-cp",
            SluiceJvm.TARGET.resolve("test-classes").toString(),
            "io.sluice.app.SteadyLoad",
            "8080",
            "9100",
            LASTING,
            CLIENTS,
            end.toString())) {
      during(load, step);
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
    assertThat(after.pipes()).isLessThanOrEqualTo(PIPES_KEPT);
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

  /**
   * What the process has.
   *
   * @param descriptors but for those of pipes, of which a loop keeps some for its next sessions
   */
  private record Usage(long descriptors, long pipes, int threads, int residentKb) {
    static Usage of(String pid) throws IOException {
      String descriptors = container.run("ls", "-l", "/proc/" + pid + "/fd");
      long pipes = descriptors.lines().filter(line -> line.contains(" pipe:[")).count();
      String status = container.run("cat", "/proc/" + pid + "/status");
      return new Usage(
          descriptors.lines().count() - pipes,
          pipes,
          field(status, "Threads"),
          field(status, "VmRSS"));
    }

    private static int field(String status, String name) {
      Matcher line = Pattern.compile("(?m)^" + name + ":\\s+(\\d+)").matcher(status);
      assertThat(line.find()).as(status).isTrue();
      return Integer.parseInt(line.group(1));
    }
  }
}
