package io.sluice.app.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The proxy as its own process, which listens when {@link #start} or {@link #forward} returns. */
final class Sluice implements AutoCloseable {
  private static final Pattern LISTENS =
      Pattern.compile("^sluice: \\S+ listens on (\\S+) -> .* \\((.*)\\)$", Pattern.MULTILINE);
  private static final Duration STOP = Duration.ofSeconds(40);

  private final Program program;
  private final String address;
  private final String way;

  private Sluice(Program program) throws IOException {
    this.program = program;
    Matcher line = program.awaitStderr(LISTENS, Program.START);
    address = line.group(1);
    way = line.group(2);
  }

  /** {@code sluice forward -v} over {@code transport}, from a port of the kernel's choice. */
  static Sluice forward(Path folder, String transport, String target) throws IOException {
    return start(folder, new SluiceJvm(), transport, "127.0.0.1:0", target);
  }

  /**
   * The same with mirrors, each as the option {@code --mirror} has it, and called {@code m1},
   * {@code m2} and so on.
   */
  static Sluice mirrored(Path folder, String transport, String target, String... mirrors)
      throws IOException {
    return mirrored(folder, new SluiceJvm(), List.of("--transport", transport), target, mirrors);
  }

  /** The same with a command that says how the JVM is started, and with more options. */
  static Sluice mirrored(
      Path folder, SluiceJvm command, List<String> options, String target, String... mirrors)
      throws IOException {
    List<String> arguments = new ArrayList<>(List.of("forward", "-v"));
    arguments.addAll(options);
    for (String mirror : mirrors) {
      arguments.addAll(List.of("--mirror", mirror));
    }
    arguments.addAll(List.of("127.0.0.1:0", target));
    return start(folder, command, arguments);
  }

  /** The same with a command that says how the JVM is started, and from {@code listen}. */
  static Sluice start(
      Path folder, SluiceJvm command, String transport, String listen, String target)
      throws IOException {
    return start(
        folder, command, List.of("forward", "-v", "--transport", transport, listen, target));
  }

  /** Any command that ends in a listening proxy. */
  static Sluice start(Path folder, SluiceJvm command, List<String> arguments) throws IOException {
    Program program = command.launch(folder, "sluice", arguments);
    try {
      return new Sluice(program);
    } catch (IOException e) {
      program.close();
      throw e;
    }
  }

  /** Where it listens, as it says. */
  String address() {
    return address;
  }

  int port() {
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  /** How it moves bytes, as it says: {@code epoll, splice auto, 2 threads}. */
  String way() {
    return way;
  }

  Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), port());
  }

  /** The JVM itself, also when it runs under a tracer. */
  ProcessHandle jvm() {
    return program.innermost();
  }

  Program program() {
    return program;
  }

  String stderr() throws IOException {
    return program.stderr();
  }

  /** Waits until the log has {@code count} closed sessions, and returns all that it has. */
  List<SessionLine> awaitSessions(int count) throws IOException {
    List<SessionLine> sessions = new ArrayList<>();
    program.await(
        count + " closed sessions",
        Program.START,
        () -> {
          sessions.clear();
          sessions.addAll(SessionLine.in(log()));
          return sessions.size() >= count;
        });
    return sessions;
  }

  /** The value of {@code key}, summed over the loops, after asking for the counters now. */
  long counterOfLoops(String key) throws IOException {
    Pattern line = Pattern.compile("counters loop \\d+:.* " + key + "=(\\d+).*\n");
    int loops =
        way.endsWith("1 thread")
            ? 1
            : Integer.parseInt(way.replaceFirst(".* (\\d+) threads$", "$1"));
    long before = line.matcher(log()).results().count();
    Program.signal(jvm(), "USR1");
    program.await(
        "counters", Program.START, () -> line.matcher(log()).results().count() >= before + loops);
    return line.matcher(log())
        .results()
        .skip(before)
        .mapToLong(found -> Long.parseLong(found.group(1)))
        .sum();
  }

  /** Waits until nothing is under way to {@code mirror} any more; returns its last counters. */
  String awaitMirrorAtRest(String mirror) throws IOException {
    Pattern line = Pattern.compile("counters mirror " + mirror + ": (.*)\n");
    long deadlineNs = System.nanoTime() + STOP.toNanos();
    while (true) {
      long before = line.matcher(log()).results().count();
      Program.signal(jvm(), "USR1");
      program.await(
          "counters", Program.START, () -> line.matcher(log()).results().count() > before);
      String counters =
          line.matcher(log()).results().skip(before).findFirst().orElseThrow().group(1);
      if (counters.contains(" active=0 ")) {
        return counters;
      }
      if (System.nanoTime() - deadlineNs > 0) {
        throw new IOException(mirror + " is still busy: " + counters);
      }
    }
  }

  /** Asks it to stop. */
  void terminate() throws IOException {
    Program.signal(jvm(), "TERM");
  }

  /** Waits until it has drained, and returns its exit code. */
  int awaitExit() throws IOException {
    return program.awaitExit(STOP);
  }

  /** Stops it and returns its exit code. */
  int stop() throws IOException {
    terminate();
    return awaitExit();
  }

  /** What a machine's kernel says about a process: the CPU time of {@link #jvm}. */
  Duration cpuTime() throws IOException {
    String stat = Files.readString(Path.of("/proc", String.valueOf(jvm().pid()), "stat"));
    // Fields 14 and 15 of proc(5), in ticks of 10 ms; the name before may contain spaces.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Duration.ofMillis(10 * (Long.parseLong(fields[11]) + Long.parseLong(fields[12])));
  }

  @Override
  public void close() {
    program.close();
  }

  private String log() {
    try {
      return program.stderr();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
