package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * An unprivileged user whose other processes have used up fs.pipe-user-pages-soft: from then on the
 * kernel gives pipes of two slots, without an error (pipe(7)).
 */
@EndToEnd
@EnabledIf(value = "isRoot", disabledReason = "becomes another user: needs root")
class PipeBudgetIT {
  private static final int BYTES = 5_000_000;

  /** Above what Debian gives to users and services, so that nobody else's pipes are used up. */
  private static final String USER = "62017";

  private static final Pattern FULL = Pattern.compile("^full after (\\d+)");

  @TempDir Path folder;

  static boolean isRoot() {
    return System.getProperty("user.name").equals("root");
  }

  /** The right to pass through folders stays: the build may lie below one that is root's. */
  private static List<String> asUser() {
    return List.of(
        Tool.SETPRIV.path(),
        "--reuid",
        USER,
        "--regid",
        USER,
        "--clear-groups",
        "--inh-caps",
        "+dac_override",
        "--ambient-caps",
        "+dac_override");
  }

  private Program hog() throws IOException {
    List<String> command = new ArrayList<>(asUser());
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Djffi.boot.library.path=" + SluiceJvm.nativeFolder().orElseThrow());
    command.add("-cp");
    command.add(SluiceJvm.JAR + ":" + SluiceJvm.TARGET.resolve("test-classes"));
    command.add(PipeHog.class.getName());
    Program hog = Program.start(folder, "hog", command);
    hog.awaitStdout(FULL, Program.START);
    return hog;
  }

  private Sluice sluice(Echo echo) throws IOException {
    SluiceJvm command = new SluiceJvm().under(asUser());
    return Sluice.start(
        folder, command, List.of("forward", "-v", "--threads", "1", "127.0.0.1:0", echo.address()));
  }

  @Test
  void pipesThatOthersHoldAreDoneWithoutUntilTheyLetGo() throws IOException {
    try (Echo echo = new Echo();
        Program hog = hog();
        Sluice sluice = sluice(echo)) {
      assertThat(sluice.way()).startsWith("epoll, splice auto");

      assertThat(Echo.roundTrip(sluice, BYTES)).isEqualTo(BYTES);
      assertThat(Echo.roundTrip(sluice, BYTES)).isEqualTo(BYTES);

      assertThat(sluice.awaitSessions(2)).allMatch(session -> session.splicedPercent() == 0);
      assertThat(sluice.stderr().lines().filter(line -> line.contains(" WARN ")))
          .singleElement()
          .asString()
          .contains("no pipe for splice (the kernel gives this user only pipes of 8192 bytes)")
          .contains("raise fs.pipe-user-pages-soft");

      hog.close();
      int rounds = 0;
      do {
        rounds++;
        assertThat(Echo.roundTrip(sluice, BYTES)).isEqualTo(BYTES);
      } while (sluice.awaitSessions(2 + rounds).get(1 + rounds).splicedPercent() == 0
          && rounds < 20);
      assertThat(rounds).as("splices again").isLessThan(20);
      assertThat(sluice.stop()).isZero();
    }
  }
}
