package io.sluice.bench.proc;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The heap of another JVM, seen with jcmd(1), which has it collect its garbage first. */
public final class JavaHeap {

  private JavaHeap() {}

  /** Bytes of all objects that can be reached; empty where there is no jcmd. */
  public static Optional<Long> liveBytes(long pid) {
    return Commands.find(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString())
        .or(() -> Commands.find("jcmd"))
        .flatMap(jcmd -> Commands.ask(jcmd.toString(), Long.toString(pid), "GC.class_histogram"))
        .flatMap(JavaHeap::total);
  }

  /** True when the process is a JVM. */
  public static boolean isJava(long pid) {
    try {
      Path program = Path.of("/proc", Long.toString(pid), "exe").toRealPath();
      return program.endsWith("java");
    } catch (IOException gone) {
      return false;
    }
  }

  /** The bytes in the last line of the histogram: {@code Total 123456 7890123}. */
  static Optional<Long> total(String histogram) {
    Matcher line = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)\\s*$").matcher(histogram);
    return line.find() ? Optional.of(Long.valueOf(line.group(1))) : Optional.empty();
  }
}
