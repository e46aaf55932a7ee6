package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A PostgreSQL server with a new database, for whoever connects as {@link #USER}. */
final class Postgres implements AutoCloseable {
  static final String USER = "postgres";
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Path folder;
  private final String data;
  private final int port;
  private final Program server;

  private Postgres(Path folder, String data, int port, Program server) {
    this.folder = folder;
    this.data = data;
    this.port = port;
    this.server = server;
  }

  /** One that listens, with its files below {@code folder}. */
  static Postgres start(Path folder) throws IOException {
    String data = home(folder).resolve("data").toString();
    run(folder, Tool.INITDB.path(), "-D", data, "-A", "trust", "-U", USER, "--no-sync");
    return serve(folder, data);
  }

  /** One that follows this one, with its files below {@code folder}. */
  Postgres standby(Path folder) throws IOException {
    String data = home(folder).resolve("data").toString();
    String from = "host=127.0.0.1 port=" + port + " user=" + USER;
    run(folder, Tool.PG_BASEBACKUP.path(), "-d", from, "-D", data, "-R", "-c", "fast", "--no-sync");
    return serve(folder, data);
  }

  /** Makes a primary of a standby. */
  void promote() throws IOException {
    run(folder, Tool.PG_CTL.path(), "promote", "-w", "-D", data);
  }

  /** Runs {@code sql} at a port of 127.0.0.1, as psql does for scripts; whatever comes of it. */
  static Program sql(Path folder, int port, String sql) throws IOException {
    List<String> command = new ArrayList<>(List.of(Tool.PSQL.path(), "-X", "-q", "-A", "-t"));
    command.addAll(List.of("-h", "127.0.0.1", "-p", String.valueOf(port), "-U", USER));
    command.addAll(List.of("-c", sql, "postgres"));
    return Program.run(folder, "psql", command, LIMIT);
  }

  private static Path home(Path folder) throws IOException {
    Path home = Files.createDirectory(folder.resolve("pg"));
    if (isRoot()) {
      UserPrincipal owner =
          home.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(USER);
      Files.setOwner(home, owner);
    }
    return home;
  }

  private static void run(Path folder, String... command) throws IOException {
    String name = Path.of(command[0]).getFileName().toString();
    Program program = Program.run(folder, name, asUser(command), LIMIT);
    assertThat(program.exitCode()).as(program.stderr()).isZero();
  }

  private static Postgres serve(Path folder, String data) throws IOException {
    int port = FreePort.any();
    List<String> command = asUser(Tool.POSTGRES.path(), "-D", data, "-p", String.valueOf(port));
    for (String setting :
        List.of(
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "fsync=off",
            "lc_messages=C")) {
      command.add("-c");
      command.add(setting);
    }
    Program server = Program.start(folder, "postgres", command);
    try {
      // It listens earlier, and refuses whoever comes before this.
      server.awaitStderr(Pattern.compile("database system is ready to accept"), LIMIT);
      return new Postgres(folder, data, port, server);
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  int port() {
    return port;
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  @Override
  public void close() throws IOException {
    if (server.isAlive()) {
      // INT is its fast shutdown: TERM would wait for clients.
      Program.signal(server.handle(), "INT");
      server.awaitExit(LIMIT);
    }
    server.close();
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
