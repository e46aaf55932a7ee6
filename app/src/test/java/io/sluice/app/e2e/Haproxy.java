package io.sluice.app.e2e;

import io.sluice.linux.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One HAProxy that expects a PROXY protocol header and logs what it says. */
final class Haproxy implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final int port;
  private final Program server;

  private Haproxy(int port, Program server) {
    this.port = port;
    this.server = server;
  }

  /** One that forwards to {@code target}; its log line has {@code format}. */
  static Haproxy acceptingProxyHeaders(Path folder, String target, String format)
      throws IOException {
    int port = FreePort.any();
    String config =
        """
        global
          log stdout format raw local0
        defaults
          mode tcp
          timeout connect 5s
          timeout client 30s
          timeout server 30s
        frontend in
          bind 127.0.0.1:%d accept-proxy
          log global
          log-format "%s"
          default_backend out
        backend out
          server target %s
        """
            .formatted(port, format, target);
    Path file = Files.writeString(folder.resolve("haproxy.cfg"), config);
    List<String> command = List.of(Tool.HAPROXY.path(), "-db", "-f", file.toString());
    Program server = Program.start(folder, "haproxy", command);
    return new Haproxy(port, server.awaitPort(port));
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  /** Waits for a line of its log. */
  Matcher awaitLog(Pattern pattern) throws IOException {
    return server.awaitStdout(pattern, LIMIT);
  }

  @Override
  public void close() {
    server.close();
  }
}
