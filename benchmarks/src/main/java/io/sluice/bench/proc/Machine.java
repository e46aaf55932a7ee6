package io.sluice.bench.proc;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The machine as a whole: its CPU time and who listens. */
public final class Machine {

  private Machine() {}

  /** Nanoseconds that all CPUs together were busy since boot, from /proc/stat. */
  public static long busyNs() {
    try (BufferedReader reader = Files.newBufferedReader(Path.of("/proc/stat"))) {
      return ProcText.machineBusyNs(reader.readLine());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The most descriptors that this process, and what it starts, may have. */
  public static long descriptorsMax() {
    try {
      return ProcText.descriptorsMax(Files.readAllLines(Path.of("/proc/self/limits")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * True when some process in the network namespace of process {@code pid} listens on the TCP port.
   * Asking the kernel instead of connecting leaves the contender untouched.
   */
  public static boolean listens(long pid, int port) throws IOException {
    Path net = Path.of("/proc", Long.toString(pid), "net");
    return listens(net.resolve("tcp"), port) || listens(net.resolve("tcp6"), port);
  }

  private static boolean listens(Path table, int port) throws IOException {
    if (!Files.exists(table)) {
      return false;
    }
    try (Stream<String> lines = Files.lines(table)) {
      return lines.anyMatch(line -> ProcText.isListener(line, port));
    }
  }
}
