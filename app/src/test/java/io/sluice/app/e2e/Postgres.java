package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A PostgreSQL server with a new database, for whoever connects as {@link #USER}. */
final class Postgres implements AutoCloseable {
  static final String USER = "postgres";
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final int port;
  private final Program server;

  private Postgres(int port, Program server) {
    this.port = port;
    this.server = server;
  }

  /** One that listens, with its files below {@code folder}. */
  static Postgres start(Path folder) throws IOException {
    int port = Ports.free();
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
    List<String> command = asUser(Tool.POSTGRES.path(), "-D", data, "-p", String.valueOf(port));
    for (String setting :
        List.of("listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off")) {
      command.add("-c");
      command.add(setting);
    }
    return new Postgres(port, Program.start(folder, "postgres", command).awaitPort(port));
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
