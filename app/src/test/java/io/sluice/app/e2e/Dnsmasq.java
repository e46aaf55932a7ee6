package io.sluice.app.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A dnsmasq on loopback that knows the hosts of one file, with a TTL of a second. */
final class Dnsmasq implements AutoCloseable {
  private final Path hosts;
  private final Program program;

  private Dnsmasq(Path hosts, Program program) {
    this.hosts = hosts;
    this.program = program;
  }

  /**
   * One that listens.
   *
   * @param addresses lines of hosts(5) for the domain {@code test}
   */
  static Dnsmasq start(Path folder, int port, String... addresses) throws IOException {
    Path hosts = write(folder.resolve("hosts-" + port), addresses);
    Path config =
        write(
            folder.resolve("dnsmasq.conf"),
            "no-resolv",
            "no-hosts",
            "bind-interfaces",
            "listen-address=127.0.0.1",
            "port=" + port,
            "local=/test/",
            "local-ttl=1",
            "addn-hosts=" + hosts,
            // Or else it could not read the test's folder.
            "user=" + System.getProperty("user.name"),
            "pid-file");
    List<String> command =
        List.of(Tool.DNSMASQ.path(), "--keep-in-foreground", "--conf-file=" + config);
    Program program = Program.start(folder, "dnsmasq-" + port, command);
    try {
      return new Dnsmasq(hosts, program.awaitPort(port));
    } catch (IOException e) {
      program.close();
      throw e;
    }
  }

  /** What it knows from now on. */
  void knows(String... addresses) throws IOException {
    write(hosts, addresses);
    Program.signal(program.handle(), "HUP");
  }

  private static Path write(Path file, String... lines) throws IOException {
    return Files.write(file, List.of(lines));
  }

  @Override
  public void close() {
    program.close();
  }
}
