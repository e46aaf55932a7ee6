package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
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
  private static final String USER = "postgres";

  @TempDir Path folder;
  private int port;
  private Program postgres;

  @BeforeEach
  void serve() throws IOException {
    port = Ports.free();
    Path home = Files.createDirectory(folder.resolve("pg"));
    if (isRoot()) {
      UserPrincipal owner =
          home.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(USER);
      Files.setOwner(home, owner);
    }
    String data = home.resolve("data").toString();
    Program initdb =
        Program.run(
            folder,
            "initdb",
            asUser(Tool.INITDB.path(), "-D", data, "-A", "trust", "-U", USER, "--no-sync"),
            LIMIT);
    assertThat(initdb.exitCode()).as(initdb.stderr()).isZero();
    postgres =
        Program.start(
                folder,
                "postgres",
                asUser(
                    Tool.POSTGRES.path(),
                    "-D",
                    data,
                    "-p",
                    String.valueOf(port),
                    "-c",
                    "listen_addresses=127.0.0.1",
                    "-c",
                    "unix_socket_directories=",
                    "-c",
                    "fsync=off"))
            .awaitPort(port);
  }

  @AfterEach
  void stop() throws IOException {
    if (postgres != null && postgres.isAlive()) {
      // INT is its fast shutdown: TERM would wait for clients.
      Program.signal(postgres.handle(), "INT");
      postgres.awaitExit(LIMIT);
      postgres.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void noTransactionFails(String transport) throws IOException {
    try (Sluice sluice = Sluice.forward(folder, transport, "127.0.0.1:" + port)) {
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
    command.addAll(List.of("-h", "127.0.0.1", "-p", String.valueOf(sluice.port()), "-U", USER));
    command.addAll(List.of(options));
    command.add("postgres");
    return Program.run(folder, "pgbench", command, LIMIT);
  }

  /**
   * PostgreSQL refuses to run as root. Its user keeps the right to pass through folders, since the
   * tests may run below one that only root can enter.
   */
  private static List<String> asUser(String... command) {
    List<String> words = new ArrayList<>();
    if (isRoot()) {
      words.addAll(List.of(Tool.SETPRIV.path(), "--reuid", USER, "--regid", USER));
      words.addAll(List.of("--clear-groups", "--inh-caps", "+dac_override"));
      words.addAll(List.of("--ambient-caps", "+dac_override"));
    }
    words.addAll(List.of(command));
    return words;
  }

  private static boolean isRoot() {
    return System.getProperty("user.name").equals("root");
  }
}
