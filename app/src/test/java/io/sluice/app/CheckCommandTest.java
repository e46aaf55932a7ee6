package io.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.app.Cli.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {
  private static final String VALID =
      """
      sluice {
        threads = 2
        frontends.web { bind = "127.0.0.1:8080", backend = app }
        backends.app.servers.a = "127.0.0.1:9000"
      }
      """;

  @TempDir Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("sluice.conf"), text);
  }

  @Test
  void validFileIsValid() throws IOException {
    Path file = file(VALID);

    Outcome outcome = Cli.run("check", "-c", file.toString());

    assertThat(outcome).isEqualTo(new Outcome(0, file + ": valid\n", ""));
  }

  @Test
  void warningsAreShownAndTheFileIsValid() throws IOException {
    Path file = file(VALID + "sluice.timeouts.client = none\n");

    Outcome outcome = Cli.run("check", "-c", file.toString());

    assertThat(outcome.code()).isZero();
    assertThat(outcome.out()).isEqualTo(file + ": valid\n");
    assertThat(outcome.err()).startsWith("warning: " + file + ":6: sluice.timeouts.client");
  }

  @Test
  void allProblemsAreShownOnePerLineInTheOrderOfTheFile() throws IOException {
    Path file =
        file(
            """
            sluice {
              thread = 2
              frontends.web { bind = "127.0.0.1", backend = ap }
              backends.app.servers.a = "127.0.0.1:0"
            }
            """);

    Outcome outcome = Cli.run("check", "--config", file.toString());

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err().lines().toList())
        .satisfiesExactly(
            line -> assertThat(line).startsWith(file + ":2: sluice.thread").contains("threads"),
            line -> assertThat(line).startsWith(file + ":3: sluice.frontends.web.bind"),
            line -> assertThat(line).startsWith(file + ":3: sluice.frontends.web.backend"),
            line -> assertThat(line).startsWith(file + ":4: sluice.backends.app.servers.a"));
  }

  @Test
  void missingFileIsSaid() {
    Path file = folder.resolve("missing.conf");

    Outcome outcome = Cli.run("check", "-c", file.toString());

    assertThat(outcome).isEqualTo(new Outcome(2, "", file + ": no such file\n"));
  }

  @Test
  void dumpTellsWhereEachValueComesFrom() throws IOException {
    Path file = file(VALID);

    Outcome outcome =
        Cli.run("check", "-c", file.toString(), "--dump", "--pump", "copy", "--transport", "nio");

    assertThat(outcome.code()).isZero();
    assertThat(outcome.out().lines())
        .contains(
            "sluice.threads = 2  # " + file + ":2",
            "sluice.pump.mode = copy  # command line",
            "sluice.transport = nio  # command line")
        .anySatisfy(
            line ->
                assertThat(line)
                    .matches("sluice\\.drain-timeout = 30s +# .*reference\\.conf.*:[0-9]+"))
        .anySatisfy(
            line -> assertThat(line).startsWith("sluice.frontends.web.bind").endsWith(file + ":3"));
  }

  @Test
  void dumpIsAgainAConfiguration() throws IOException {
    String dump = Cli.run("check", "-c", file(VALID).toString(), "--dump").out();
    Path again = Files.writeString(folder.resolve("again.conf"), dump);

    assertThat(Cli.run("check", "-c", again.toString()).code()).isZero();
  }
}
