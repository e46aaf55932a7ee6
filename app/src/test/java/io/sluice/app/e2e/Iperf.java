package io.sluice.app.e2e;

import io.sluice.linux.FreePort;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An iperf3 server on a port of its own, and clients for it. */
final class Iperf implements AutoCloseable {
  private static final Pattern RECEIVED =
      Pattern.compile("\"sum_received\":\\s*\\{[^}]*\"bytes\":\\s*(\\d+)");

  private final Path folder;
  private final int port;
  private final Program server;

  Iperf(Path folder) throws IOException {
    this.folder = folder;
    port = FreePort.any();
    List<String> command =
        List.of(
            Tool.IPERF3.path(),
            "-s",
            "-B",
            "127.0.0.1",
            "-p",
            String.valueOf(port),
            "--forceflush");
    server = Program.start(folder, "iperf3-server", command);
    try {
      // Connecting would be taken for a client.
      server.awaitStdout(Pattern.compile("Server listening on " + port), Program.START);
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  /** Starts a client that connects to {@code viaPort}. */
  Program client(int viaPort, String... options) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(Tool.IPERF3.path(), "-c", "127.0.0.1", "-p", String.valueOf(viaPort)));
    command.addAll(List.of(options));
    return Program.start(folder, "iperf3-client", command);
  }

  /** What the receivers got, by a client's report in JSON. */
  static long bytesReceived(String report) {
    Matcher found = RECEIVED.matcher(report);
    if (!found.find()) {
      throw new AssertionError("no sum_received in " + report);
    }
    return Long.parseLong(found.group(1));
  }

  @Override
  public void close() {
    server.close();
  }
}
