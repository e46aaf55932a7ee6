package io.sluice.app.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** The system calls of a process, as strace(1) sees them. */
final class SystemCalls {
  private final Path file;

  private SystemCalls(Path file) {
    this.file = file;
  }

  /** Calls that will be written below {@code folder}. */
  static SystemCalls in(Path folder) {
    return new SystemCalls(folder.resolve("strace.out"));
  }

  /** The tracer to put in front of a command; {@code expressions} as its option {@code -e}. */
  List<String> tracer(String... expressions) {
    Stream.Builder<String> words = Stream.builder();
    words.add(Tool.STRACE.path());
    // Without the filter every call of the JVM would stop, not only those that are looked at.
    Stream.of("-f", "-qq", "--seccomp-bpf", "-o", file.toString()).forEach(words);
    for (String expression : expressions) {
      words.add("-e").add(expression);
    }
    return words.build().toList();
  }

  /** Sum of what all successful calls of {@code name} returned, which are bytes. */
  long bytes(String name) throws IOException {
    return results(name).filter(result -> result > 0).sum();
  }

  long calls(String name) throws IOException {
    return results(name).count();
  }

  private LongStream results(String name) throws IOException {
    // A call that another thread interrupts is told in two lines; the second has the result.
    Pattern result =
        Pattern.compile(
            "^\\d+ +(?:<\\.\\.\\. )?" + name + "[( ].*\\) += (-?\\d+)", Pattern.MULTILINE);
    return result
        .matcher(Files.readString(file))
        .results()
        .mapToLong(found -> Long.parseLong(found.group(1)));
  }
}
