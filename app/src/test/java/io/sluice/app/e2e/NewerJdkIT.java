package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JDK 25, which warns about native access and can forbid it. */
@EndToEnd
class NewerJdkIT {
  private static final Path JDKS = Path.of("/usr/lib/jvm");
  private static final int BYTES = 5_000_000;

  @TempDir Path folder;
  private Path jdk;

  @BeforeEach
  void findJdk() throws IOException {
    if (Runtime.version().feature() == 25) {
      jdk = Path.of(System.getProperty("java.home"));
    } else if (Files.isDirectory(JDKS)) {
      try (DirectoryStream<Path> found = Files.newDirectoryStream(JDKS, "*25*")) {
        for (Path home : found) {
          jdk = Files.isExecutable(home.resolve("bin/java")) ? home : jdk;
        }
      }
    }
    Assumptions.assumeTrue(jdk != null, () -> "needs a JDK 25 below " + JDKS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void stderrHasOnlyOurLines(String transport) throws IOException {
    try (Echo echo = new Echo();
        Sluice sluice =
            Sluice.start(
                folder, new SluiceJvm().withJdk(jdk), transport, "127.0.0.1:0", echo.address())) {
      assertThat(sluice.way()).startsWith(transport);
      assertThat(Echo.roundTrip(sluice, BYTES)).isEqualTo(BYTES);
      sluice.awaitSessions(1);
      assertThat(sluice.stop()).isZero();

      assertThat(sluice.stderr().lines())
          .satisfiesExactly(
              listens -> assertThat(listens).startsWith("sluice: forward listens on "),
              session -> assertThat(session).contains(" INFO 127.0.0.1:"),
              stopping -> assertThat(stopping).contains(" INFO stopping: "),
              stopped -> assertThat(stopped).endsWith(" INFO stopped"));
    }
  }

  @Test
  void versionSaysNothingOnStderr() throws IOException {
    Program version = new SluiceJvm().withJdk(jdk).run(folder, List.of("version"));

    assertThat(version.exitCode()).isZero();
    assertThat(version.stderr()).isEmpty();
    assertThat(version.stdout()).contains("java      25").contains("transport epoll: ");
  }

  @Test
  void forbiddenNativeAccessIsReplacedByNio() throws IOException {
    SluiceJvm denied =
        new SluiceJvm().withJdk(jdk).withoutOptions().withOption("--illegal-native-access=deny");

    try (Echo echo = new Echo();
        Sluice sluice = Sluice.start(folder, denied, "auto", "127.0.0.1:0", echo.address())) {
      assertThat(sluice.way()).startsWith("nio, copy");
      assertThat(Echo.roundTrip(sluice, BYTES)).isEqualTo(BYTES);
      sluice.awaitSessions(1);
      assertThat(sluice.stop()).isZero();

      assertThat(sluice.stderr().lines().filter(line -> line.contains(" WARN ")))
          .singleElement()
          .asString()
          .contains("falling back to transport nio, which copies: ")
          .contains("Illegal native access");
      assertThat(sluice.stderr().lines()).hasSize(5);
    }
  }
}
