package io.sluice.bench.report;

import io.sluice.bench.proc.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Where the figures were taken: what a reader must know to compare them with others. */
public final class Environment {

  /** The one fact that is another each time. */
  public static final String LOAD = "load average at start";

  /** A report that an earlier part of the run has saved is no change to what is measured. */
  private static final List<String> MEASURED =
      List.of("--", ".", ":!benchmarks/RESULTS.md", ":!benchmarks/results");

  private Environment() {}

  /** Label and value, in the order of the report; what cannot be read is a question mark. */
  public static Map<String, String> read(Path repository) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("kernel", line("/proc/sys/kernel/osrelease"));
    facts.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
    facts.put("CPU", cpuModel());
    facts.put(LOAD, line("/proc/loadavg"));
    facts.put("JDK", Runtime.version() + " (" + System.getProperty("java.vm.name") + ")");
    facts.put("congestion control", line("/proc/sys/net/ipv4/tcp_congestion_control"));
    facts.put("tcp_rmem", line("/proc/sys/net/ipv4/tcp_rmem"));
    facts.put("tcp_wmem", line("/proc/sys/net/ipv4/tcp_wmem"));
    facts.put("pipe-max-size", line("/proc/sys/fs/pipe-max-size"));
    facts.put("user", System.getProperty("user.name"));
    facts.put("git commit", commit(repository));
    return facts;
  }

  private static String commit(Path repository) {
    String commit = git(repository, List.of("rev-parse", "--short=12", "HEAD"), List.of());
    String changes =
        git(repository, List.of("status", "--porcelain"), MEASURED)
            + git(repository, List.of("diff", "HEAD"), MEASURED);
    return commit.equals("?") || changes.isEmpty()
        ? commit
        : commit + " with local changes " + Integer.toHexString(changes.hashCode());
  }

  private static String git(Path repository, List<String> command, List<String> paths) {
    List<String> line = new ArrayList<>(List.of("git", "-C", repository.toString()));
    line.addAll(command);
    line.addAll(paths);
    return Commands.ask(line.toArray(String[]::new)).orElse("?");
  }

  private static String cpuModel() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return "?";
    }
  }

  private static String line(String file) {
    try {
      // Numbers below /proc/sys can only be read in one piece: a second read says end of file.
      return Files.readAllLines(Path.of(file)).get(0).strip().replaceAll("\\s+", " ");
    } catch (IOException | IndexOutOfBoundsException e) {
      return "?";
    }
  }
}
