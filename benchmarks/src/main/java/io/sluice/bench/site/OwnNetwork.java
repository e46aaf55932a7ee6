package io.sluice.bench.site;

import io.sluice.bench.proc.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The network namespace that the launcher gave this run, where it could: a loopback that nobody
 * else uses and settings of the run's own, so that the machine's stay as they are.
 */
public final class OwnNetwork {

  /** In the order of preference; a namespace may use cubic only where the machine allows it. */
  private static final List<String> CONTROLS = List.of("cubic", "reno");

  private static final Path CONTROL = Path.of("/proc/sys/net/ipv4/tcp_congestion_control");

  private OwnNetwork() {}

  /** True when the launcher has put this process into a namespace of its own. */
  public static boolean exists() {
    return Boolean.getBoolean("bench.own-network");
  }

  /** Brings loopback up and fixes the congestion control; what could not be done, if anything. */
  public static Optional<String> prepare() {
    if (!exists()) {
      return Optional.of(
          "no network namespace of its own (needs root and unshare(1)): loopback is the machine's,"
              + " the congestion control is whatever the machine has");
    }
    try {
      run("ip", "link", "set", "lo", "up");
    } catch (IOException e) {
      return Optional.of("network namespace not prepared: " + e.getMessage());
    }
    for (String control : CONTROLS) {
      try {
        Files.writeString(CONTROL, control);
        return Optional.empty();
      } catch (IOException refused) {
        // EPERM: not in net.ipv4.tcp_allowed_congestion_control, which is the whole machine's.
      }
    }
    return Optional.of("congestion control could not be chosen: it is " + congestionControl());
  }

  /** What new connections in this namespace use. */
  public static String congestionControl() {
    try {
      return Files.readAllLines(CONTROL).get(0);
    } catch (IOException e) {
      return "?";
    }
  }

  /** Runs a short command; what it says is in the exception. */
  static void run(String... command) throws IOException {
    Commands.Answer answer = Commands.run(List.of(command));
    if (answer.status() != 0) {
      throw new IOException(String.join(" ", command) + ": " + answer.text());
    }
  }
}
