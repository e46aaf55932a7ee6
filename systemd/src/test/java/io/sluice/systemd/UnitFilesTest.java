package io.sluice.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shipped units, read by systemd's own tools, which need no systemd that runs. */
class UnitFilesTest {
  private static final Path UNITS = Path.of("units");
  private static final double EXPOSURE_MAX = 1.3;
  private static final int PATIENCE_S = 30;

  @TempDir Path folder;

  private record Ended(int exitCode, String stdout, String stderr) {}

  private Ended analyze(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("systemd-analyze"));
    command.addAll(List.of(arguments));
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
    } catch (IOException e) {
      assertThat(System.getenv("CI")).as("a complete machine has systemd-analyze").isNull();
      Assumptions.abort("needs systemd-analyze: apt-get install systemd");
      throw e;
    }
    assertThat(process.waitFor(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
    return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  @Test
  void unitsAreUnderstoodToTheLastKey() throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/java")), "the units start it");

    Ended verified =
        analyze(
            "verify",
            UNITS.resolve("sluice.service").toString(),
            UNITS.resolve("sluice.socket").toString(),
            UNITS.resolve("sluice@.service").toString(),
            UNITS.resolve("sluice@.socket").toString());

    assertThat(verified.stderr()).isEmpty();
    assertThat(verified.exitCode()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"sluice.service", "sluice@.service"})
  void servicesAreShutExceptForWhatARelayNeeds(String unit) throws Exception {
    Ended scored =
        analyze("security", "--offline=true", "--no-pager", UNITS.resolve(unit).toString());

    Matcher level =
        Pattern.compile("Overall exposure level for \\S+: ([0-9.]+)").matcher(scored.stdout());
    assertThat(level.find()).as(scored.stdout() + scored.stderr()).isTrue();
    assertThat(Double.parseDouble(level.group(1))).as(scored.stdout()).isBetween(0.1, EXPOSURE_MAX);
  }

  /** Without comments, and with the instance's name taken back. */
  private static List<String> settings(String unit) throws IOException {
    return Files.readAllLines(UNITS.resolve(unit), StandardCharsets.UTF_8).stream()
        .filter(line -> !line.startsWith("#") && !line.isBlank())
        .map(line -> line.replace("/%i.conf", "/sluice.conf").replace("sluice-%i", "sluice"))
        .map(line -> line.replace(" (%i)", ""))
        .toList();
  }

  @Test
  void instancesRunAsTheOneServiceDoes() throws IOException {
    assertThat(settings("sluice@.service")).isEqualTo(settings("sluice.service"));
  }
}
