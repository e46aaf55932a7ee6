package io.sluice.app.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** An unbound on loopback that knows the records of the domain {@code test} that a test writes. */
final class Unbound implements AutoCloseable {
  /** When a name was asked for, in whole seconds. */
  record Question(long second, String name) {}

  private static final Pattern QUESTION = Pattern.compile("(?m)^\\[(\\d+)] .* (\\S+)\\. A IN$");

  private final Path config;
  private final int port;
  private final Program program;

  private Unbound(Path config, int port, Program program) {
    this.config = config;
    this.port = port;
    this.program = program;
  }

  /**
   * One that listens.
   *
   * @param records as in a zone file, with whole names
   */
  static Unbound start(Path folder, int port, String... records) throws IOException {
    Path config = write(folder.resolve("unbound.conf"), port, records);
    List<String> command = List.of(Tool.UNBOUND.path(), "-d", "-c", config.toString());
    Program program = Program.start(folder, "unbound-" + port, command);
    try {
      return new Unbound(config, port, program.awaitPort(port));
    } catch (IOException e) {
      program.close();
      throw e;
    }
  }

  private static Path write(Path file, int port, String... records) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.addAll(
        List.of(
            "server:",
            "interface: 127.0.0.1",
            "port: " + port,
            "num-threads: 1",
            "do-daemonize: no",
            "username: \"\"",
            "chroot: \"\"",
            "directory: \"" + file.getParent() + "\"",
            "pidfile: \"\"",
            "use-syslog: no",
            "logfile: \"\"",
            "log-queries: yes",
            "module-config: \"iterator\"",
            "local-zone: \"test.\" static"));
    for (String record : records) {
      lines.add("local-data: '" + record + "'");
    }
    lines.addAll(List.of("remote-control:", "control-enable: no"));
    return Files.write(file, lines);
  }

  /** What it knows from now on. */
  void knows(String... records) throws IOException {
    write(config, port, records);
    Program.signal(program.handle(), "HUP");
  }

  /** The addresses that it has been asked for so far, in this order. */
  List<Question> questions() throws IOException {
    return QUESTION
        .matcher(program.stderr())
        .results()
        .map(found -> new Question(Long.parseLong(found.group(1)), found.group(2)))
        .toList();
  }

  Program program() {
    return program;
  }

  @Override
  public void close() {
    program.close();
  }
}
