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

  /**
   * True when some process of this network namespace listens on the TCP port. Asking the kernel
   * instead of connecting leaves the contender untouched.
   */
  public static boolean listens(int port) throws IOException {
    return listens(Path.of("/proc/net/tcp"), port) || listens(Path.of("/proc/net/tcp6"), port);
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
