package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A primary and its standby, told apart by the check of {@code docs/configuration.md}: writers find
 * the primary and readers the standby, also after they have changed places.
 */
@EndToEnd
class PostgresFailoverIT {
  private static final Path MANUAL = Path.of("../docs/configuration.md");
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String IN_RECOVERY = "select pg_is_in_recovery()";

  @TempDir Path folder;

  /** The recipe as it stands in the manual, with other addresses. */
  private static String recipe(int write, int read, Postgres a, Postgres b) throws IOException {
    List<String> recipes =
        Pattern.compile("(?s)```hocon\n(.*?)```")
            .matcher(Files.readString(MANUAL))
            .results()
            .map((MatchResult block) -> block.group(1))
            .filter(block -> block.contains("in_hot_standby"))
            .toList();
    assertThat(recipes).hasSize(1);
    return recipes
        .get(0)
        .replace("\":5432\"", "\"127.0.0.1:" + write + "\"")
        .replace("\":5433\"", "\"127.0.0.1:" + read + "\"")
        .replace("10.0.0.1:5432", a.address())
        .replace("10.0.0.2:5432", b.address())
        .concat("sluice.check { interval = 200ms, timeout = 5s }\n");
  }

  @Test
  void writersFollowThePrimary() throws IOException {
    int write = FreePort.any();
    int read = FreePort.any();
    Path second = Files.createDirectory(folder.resolve("b"));
    try (Postgres a = Postgres.start(Files.createDirectory(folder.resolve("a")))) {
      assertThat(Postgres.sql(folder, a.port(), "create role sluice login").exitCode()).isZero();
      try (Postgres b = a.standby(second)) {
        Path config = Files.writeString(folder.resolve("sluice.conf"), recipe(write, read, a, b));
        List<String> run = List.of("run", "-c", config.toString());
        try (Program sluice = new SluiceJvm().launch(folder, "sluice", run).awaitPort(write)) {
          sluice.awaitStderr(Pattern.compile("Server writers/a is UP"), LIMIT);
          sluice.awaitStderr(Pattern.compile("Server readers/b is UP"), LIMIT);
          assertThat(answer(write, IN_RECOVERY)).isEqualTo("f");
          assertThat(answer(read, IN_RECOVERY)).isEqualTo("t");
          assertThat(answer(write, "create table t (n int); insert into t values (1)")).isEmpty();
          sluice.await("the row", LIMIT, () -> isThere(read, "select n from t", "1"));

          a.close();
          sluice.awaitStderr(Pattern.compile("Server writers/a is DOWN, reason: Layer[47]"), LIMIT);
          assertThat(Postgres.sql(folder, write, IN_RECOVERY).exitCode()).isNotZero();
          b.promote();

          sluice.awaitStderr(Pattern.compile("Server writers/b is UP"), LIMIT);
          sluice.awaitStderr(
              Pattern.compile("Server readers/b is DOWN, reason: Layer7 invalid response"), LIMIT);
          assertThat(answer(write, "insert into t values (2)")).isEmpty();
          assertThat(answer(write, "select sum(n) from t")).isEqualTo("3");
        }
      }
    }
  }

  private String answer(int port, String sql) throws IOException {
    Program psql = Postgres.sql(folder, port, sql);
    assertThat(psql.exitCode()).as(psql.stderr()).isZero();
    return psql.stdout().strip();
  }

  private boolean isThere(int port, String sql, String row) {
    try {
      return Postgres.sql(folder, port, sql).stdout().strip().equals(row);
    } catch (IOException e) {
      return false;
    }
  }
}
