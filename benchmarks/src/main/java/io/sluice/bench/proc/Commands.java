package io.sluice.bench.proc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Finding programs, asking them for a line, and filling in their configuration. */
public final class Commands {

  private static final int ANSWER_S = 60;

  private Commands() {}

  /** A path as it is, a bare name looked up in PATH and the sbin folders. */
  public static Optional<Path> find(String program) {
    if (program.contains("/")) {
      return Optional.of(Path.of(program).toAbsolutePath()).filter(Files::isExecutable);
    }
    String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/usr/local/sbin:/sbin";
    return Arrays.stream(path.split(":", -1))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * What a command said, both streams.
   *
   * @param status its exit status; -1 when it could not be run or did not end
   */
  public record Answer(int status, String text) {}

  /** Runs a command to its end, which must come by itself. */
  public static Answer run(List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectInput(Path.of("/dev/null").toFile())
              .start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(ANSWER_S, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return new Answer(-1, "does not end");
      }
      return new Answer(process.exitValue(), text.strip());
    } catch (IOException e) {
      return new Answer(-1, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer(-1, "interrupted");
    }
  }

  /** What a short command prints, both streams; empty when it cannot be run or fails. */
  public static Optional<String> ask(String... command) {
    Answer answer = run(List.of(command));
    return answer.status() == 0 ? Optional.of(answer.text()) : Optional.empty();
  }

  /** The first line of {@link #ask}, or a question mark. */
  public static String firstLine(String... command) {
    return ask(command).flatMap(text -> text.lines().findFirst()).orElse("?");
  }

  /** Writes a template with every {@code @KEY@} replaced; a key without a value is an error. */
  public static Path fill(Path template, Map<String, String> values, Path target)
      throws IOException {
    String text = Files.readString(template);
    for (Map.Entry<String, String> value : values.entrySet()) {
      text = text.replace("@" + value.getKey() + "@", value.getValue());
    }
    try (Stream<String> lines = text.lines()) {
      List<String> open = lines.filter(line -> line.matches(".*@[A-Z_]+@.*")).toList();
      if (!open.isEmpty()) {
        throw new IOException(template + ": no value for " + open.get(0).strip());
      }
    }
    return Files.writeString(target, text);
  }
}
