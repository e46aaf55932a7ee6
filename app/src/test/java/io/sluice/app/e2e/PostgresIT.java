package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** pgbench through the proxy against a database of its own. */
@EndToEnd
class PostgresIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;
  private Postgres postgres;

  @BeforeEach
  void serve() throws IOException {
    postgres = Postgres.start(folder);
  }

  @AfterEach
  void stop() throws IOException {
    if (postgres != null) {
      postgres.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void noTransactionFails(String transport) throws IOException {
    try (Sluice sluice = Sluice.forward(folder, transport, postgres.address())) {
      Program filled = pgbench(sluice, "-i", "-q", "-s", "2");
      assertThat(filled.exitCode()).as(filled.stderr()).isZero();

      for (String[] options :
          List.of(
              new String[] {"-S", "-c", "8", "-j", "2", "-T", "2"},
              new String[] {"-S", "-C", "-c", "2", "-t", "100"},
              new String[] {"-M", "prepared", "-c", "4", "-t", "100"})) {
        Program run = pgbench(sluice, options);
        assertThat(run.exitCode()).as(run.stderr()).isZero();
        assertThat(run.stdout())
            .containsPattern("number of transactions actually processed: [1-9]")
            .containsPattern("number of failed transactions: 0 ");
      }
    }
  }

  private Program pgbench(Sluice sluice, String... options) throws IOException {
    List<String> command = new ArrayList<>(List.of(Tool.PGBENCH.path()));
    command.addAll(
        List.of("-h", "127.0.0.1", "-p", String.valueOf(sluice.port()), "-U", Postgres.USER));
    command.addAll(List.of(options));
    command.add("postgres");
    return Program.run(folder, "pgbench", command, LIMIT);
  }
}
