package io.sluice.config;

import io.sluice.config.SluiceConfig.TransportChoice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a valid configuration may still lack on the machine that it is to run on: directories to
 * write to and pipes as large as asked for. Looks, and changes nothing.
 */
public final class MachineChecks {

  private static final String USER = System.getProperty("user.name");

  /** The bit of CAP_SYS_RESOURCE, which lifts the limit of pipes: capabilities(7), pipe(7). */
  private static final int CAP_SYS_RESOURCE = 24;

  private final Path proc;
  private final Predicate<Path> writable;
  private final List<Problem> problems = new ArrayList<>();

  /**
   * Checks on a machine that a test has made up.
   *
   * @param writable whether files can be created in a directory
   */
  MachineChecks(Path proc, Predicate<Path> writable) {
    this.proc = proc;
    this.writable = writable;
  }

  /**
   * Looks at this machine as the user of this process.
   *
   * @throws ConfigException with everything that the machine does not have
   */
  public static void check(Loaded loaded) throws ConfigException {
    new MachineChecks(
            Path.of("/proc"),
            directory -> Files.isWritable(directory) && Files.isExecutable(directory))
        .run(loaded);
  }

  void run(Loaded loaded) throws ConfigException {
    boolean pipes = loaded.config().transport() != TransportChoice.NIO;
    long pipeMax = pipes ? pipeMax() : Long.MAX_VALUE;
    for (MirrorConfig mirror : loaded.config().mirrors().values()) {
      if (mirror.bufferBytes() > pipeMax) {
        report(
            loaded,
            mirror,
            "buffer",
            "is more than "
                + Units.bytes(pipeMax)
                + ", the largest pipe that user "
                + USER
                + " can have: a smaller buffer, a larger fs.pipe-max-size or CAP_SYS_RESOURCE"
                + " is needed");
      }
      MirrorChecks.template(mirror.target())
          .flatMap(this::obstacle)
          .ifPresent(rule -> report(loaded, mirror, "to", rule));
      mirror
          .replies()
          .flatMap(file -> obstacle(file.template()))
          .ifPresent(rule -> report(loaded, mirror, "replies", rule));
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
  }

  private void report(Loaded loaded, MirrorConfig mirror, String key, String rule) {
    String path = ConfigSection.render(List.of("sluice", "mirrors", mirror.name(), key));
    Setting setting =
        loaded.effective().stream()
            .filter(s -> s.path().equals(path))
            .findFirst()
            .orElseThrow(() -> new AssertionError(path));
    problems.add(new Problem(setting.origin(), path, quoted(setting.value()), rule, ""));
  }

  /** As problems show it; a setting has no quotes where HOCON needs none. */
  private static String quoted(String value) {
    return value.matches("[0-9.]+|\".*") ? value : '"' + value + '"';
  }

  /** In bytes; without a limit when none is known or the user is above it. */
  private long pipeMax() {
    try {
      // Not readString: it begins with one byte, and procfs gives such a number once.
      String limit = Files.readAllLines(proc.resolve("sys/fs/pipe-max-size")).get(0);
      return mayExceed() ? Long.MAX_VALUE : Long.parseLong(limit);
    } catch (IOException | NumberFormatException e) {
      return Long.MAX_VALUE; // Then the kernel says it when the pipe is made.
    }
  }

  private boolean mayExceed() throws IOException {
    return Files.readAllLines(proc.resolve("self/status")).stream()
        .filter(line -> line.startsWith("CapEff:"))
        .map(line -> line.substring("CapEff:".length()).strip())
        .anyMatch(mask -> (Long.parseUnsignedLong(mask, 16) >>> CAP_SYS_RESOURCE & 1) == 1);
  }

  /** What keeps files of this template from being created, as far as its literal part tells. */
  private Optional<String> obstacle(PathTemplate template) {
    try {
      Path directory = Path.of(template.directory());
      Path nearest = directory;
      while (!Files.exists(nearest, LinkOption.NOFOLLOW_LINKS)) {
        nearest = nearest.getParent();
      }
      if (!Files.isDirectory(nearest)) {
        return Optional.of(nearest + " is not a directory");
      }
      if (!writable.test(nearest)) {
        String what = nearest.equals(directory) ? "a file in " : "a directory in ";
        return Optional.of("user " + USER + " may not create " + what + nearest);
      }
      return template.placeholders().isEmpty()
          ? fileObstacle(Path.of(template.text()))
          : Optional.empty();
    } catch (InvalidPathException e) {
      return Optional.of("cannot be a path in this locale: " + e.getReason());
    }
  }

  private static Optional<String> fileObstacle(Path file) {
    if (Files.isSymbolicLink(file)) {
      return Optional.of(file + " is a symbolic link, and links are not followed");
    }
    return Files.isDirectory(file) ? Optional.of(file + " is a directory") : Optional.empty();
  }
}
