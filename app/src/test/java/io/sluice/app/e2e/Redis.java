package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A redis server without persistence, and what its own programs ask it. */
final class Redis implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Path folder;
  private final int port;
  private final Program server;

  private Redis(Path folder, int port, Program server) {
    this.folder = folder;
    this.port = port;
    this.server = server;
  }

  /** One that listens. */
  static Redis start(Path folder) throws IOException {
    int port = FreePort.any();
    String redis = Tool.REDIS_SERVER.path();
    List<String> command = new ArrayList<>(List.of(redis, "--port", String.valueOf(port)));
    command.addAll(List.of("--bind", "127.0.0.1", "--save", "", "--dir", folder.toString()));
    Program version = Program.run(folder, "redis-version", List.of(redis, "--version"), LIMIT);
    if (!version.stdout().contains("v=6.")) {
      // Where DEBUG DIGEST has to be allowed, which is since version 7.
      command.addAll(List.of("--enable-debug-command", "yes"));
    }
    Program server = Program.start(folder, "redis-" + port, command);
    try {
      return new Redis(folder, port, server.awaitPort(port));
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  int port() {
    return port;
  }

  Program server() {
    return server;
  }

  Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), port);
  }

  /** A number for all that it holds, whatever the order in memory is. */
  String digest() throws IOException {
    String digest = cli(folder, port, Path.of("/dev/null"), "debug", "digest");
    assertThat(digest).matches("[0-9a-f]{40}\n");
    return digest;
  }

  /** What redis-cli says to {@code words}, or to the commands in {@code input}. */
  static String cli(Path folder, int port, Path input, String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of(Tool.REDIS_CLI.path()));
    command.addAll(List.of("-h", "127.0.0.1", "-p", String.valueOf(port)));
    command.addAll(List.of(words));
    try (Program cli = Program.start(folder, "redis-cli", command, input)) {
      assertThat(cli.awaitExit(LIMIT)).as(cli.stderr()).isZero();
      return cli.stdout();
    }
  }

  /** Runs redis-benchmark, which has ended when this returns. */
  static Program benchmark(Path folder, int port, String... options) throws IOException {
    List<String> command = new ArrayList<>(List.of(Tool.REDIS_BENCHMARK.path(), "-q"));
    command.addAll(List.of("-h", "127.0.0.1", "-p", String.valueOf(port)));
    command.addAll(List.of(options));
    return Program.run(folder, "redis-benchmark", command, LIMIT);
  }

  /** Sends {@code command} and returns the answer, which redis writes at once if it is small. */
  static String replied(Socket redis, String command) throws IOException {
    redis.getOutputStream().write(command.getBytes(StandardCharsets.ISO_8859_1));
    byte[] buffer = new byte[65_536];
    int length = redis.getInputStream().read(buffer);
    return new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() {
    server.close();
  }
}
