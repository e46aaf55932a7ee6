package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One {@code openssl s_server} with a certificate of its own, which tells who has answered. */
final class TlsServer implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final int port;
  private final Program server;

  private TlsServer(int port, Program server) {
    this.port = port;
    this.server = server;
  }

  /** One that listens, with the common name {@code name} and its files below {@code folder}. */
  static TlsServer start(Path folder, String name, String... options) throws IOException {
    Path home = Files.createDirectories(folder.resolve(name.replace('*', '_')));
    List<String> make =
        new ArrayList<>(List.of(Tool.OPENSSL.path(), "req", "-x509", "-nodes", "-days", "1"));
    make.addAll(List.of("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"));
    make.addAll(List.of("-subj", "/CN=" + name, "-keyout", "key.pem", "-out", "cert.pem"));
    Program made = Program.run(home, "req", make, LIMIT);
    assertThat(made.exitCode()).as(made.stderr()).isZero();
    int port = FreePort.any();
    List<String> serve = new ArrayList<>(List.of(Tool.OPENSSL.path(), "s_server", "-www"));
    serve.addAll(List.of("-accept", "127.0.0.1:" + port, "-key", "key.pem", "-cert", "cert.pem"));
    serve.addAll(List.of(options));
    return new TlsServer(port, Program.start(home, "s_server", serve).awaitPort(port));
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  /** What s_client tells about a handshake at a port of 127.0.0.1. */
  static String shakeHands(Path folder, int port, List<String> options) throws IOException {
    List<String> command = new ArrayList<>(List.of(Tool.OPENSSL.path(), "s_client"));
    command.addAll(List.of("-connect", "127.0.0.1:" + port));
    command.addAll(options);
    return Program.run(folder, "s_client", command, LIMIT).stdout();
  }

  @Override
  public void close() {
    server.close();
  }
}
