package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.linux.Errno;
import io.sluice.linux.Linux;
import io.sluice.linux.OpenDescriptors;
import io.sluice.stats.Counter;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Row 12. Beyond fs.pipe-user-pages-soft the kernel gives a user pipes of two slots without an
 * error (pipe(7)). They are not used: copying is faster.
 */
class RuntPipeTest {
  private static final Path SETPRIV = Path.of("/usr/bin/setpriv");

  /** Of nobody else: what its other processes have open would count, and go at any time. */
  private static final String USER =
      String.valueOf(40_000 + ProcessHandle.current().pid() % 20_000);

  @TempDir private Path directory;

  @Test
  @ExtendWith(OpenDescriptors.class)
  @DisplayName("12: a flow for which the kernel has only runts is copied")
  void withNothingButRuntsFlowsAreCopied() throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("pump.mode = splice");
        LogCapture said = new LogCapture()) {
      harness
          .sys
          .failFcntl(Linux.F_GETPIPE_SZ, Errno.EPERM)
          .failFcntl(Linux.F_SETPIPE_SZ, Errno.EPERM);
      LoopHarness.Pair pair = harness.pair();

      new Delivery(pair.client(), pair.server(), Delivery.random(1, 4 << 20)).finish(harness);

      assertThat(harness.counted(Counter.SPLICED_TO_SERVER)).isZero();
      assertThat(harness.poller.usage().runtPipes()).isPositive();
      assertThat(harness.poller.usage().pipesIdle()).isZero();
      assertThat(said.times("no pipe for splice")).isEqualTo(1);
    }
  }

  @Test
  @DisplayName("12: so it is for a real user without privileges whose pages are used up")
  void realUserOverTheLimitIsServedByCopy() throws Exception {
    assumeTrue(
        (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0
            && Files.isExecutable(SETPRIV),
        "only root can be another user, and setpriv(1) does it");
    File output = directory.resolve("output").toFile();
    Process child =
        new ProcessBuilder(
                List.of(
                    SETPRIV.toString(),
                    "--reuid=" + USER,
                    "--regid=" + USER,
                    "--clear-groups",
                    // To read the class path, wherever it is.
                    "--inh-caps=-all,+dac_read_search",
                    "--ambient-caps=-all,+dac_read_search",
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-ea",
                    "-XX:TieredStopAtLevel=1",
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    RuntPipeChild.class.getName()))
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(output)
            .start();
    try {
      assertThat(child.waitFor(50, TimeUnit.SECONDS)).as("ended in time").isTrue();
      assertThat(child.exitValue()).as(Files.readString(output.toPath())).isZero();
    } finally {
      child.destroyForcibly();
    }
  }
}
