package io.sluice.app.e2e;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process that a test started; its output goes to files in the test's folder.
 *
 * <p>Invariant: it does not outlive the test's JVM. {@link #close} ends it and its children, by
 * process id, and so does the end of the JVM.
 */
final class Program implements AutoCloseable {
  static final Duration START = Duration.ofSeconds(20);
  private static final Duration STOP = Duration.ofSeconds(5);
  private static final int POLL_MS = 10;
  private static final Set<Process> RUNNING = new HashSet<>();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(Program::endAll, "end-programs"));
  }

  private final Process process;
  private final String name;
  private final Path out;
  private final Path err;

  private Program(Process process, String name, Path out, Path err) {
    this.process = process;
    this.name = name;
    this.out = out;
    this.err = err;
  }

  /** Starts {@code command} in {@code folder}, without input. */
  static Program start(Path folder, String name, List<String> command) throws IOException {
    return start(folder, name, command, Path.of("/dev/null"));
  }

  /**
   * Starts {@code command} in {@code folder}; its stdout and stderr go to files of {@code name}.
   */
  static Program start(Path folder, String name, List<String> command, Path input)
      throws IOException {
    return start(folder, name, new ProcessBuilder(command).directory(folder.toFile()), input);
  }

  /** Starts what {@code builder} describes; only its output is decided here. */
  static Program start(Path folder, String name, ProcessBuilder builder, Path input)
      throws IOException {
    Path out = folder.resolve(name + ".out");
    Path err = folder.resolve(name + ".err");
    File source = input.toFile();
    builder.redirectInput(source).redirectOutput(out.toFile()).redirectError(err.toFile());
    synchronized (RUNNING) {
      Process process = builder.start();
      RUNNING.add(process);
      return new Program(process, name, out, err);
    }
  }

  /** Runs {@code command} to its end and returns it, whatever its exit code is. */
  static Program run(Path folder, String name, List<String> command, Duration limit)
      throws IOException {
    try (Program program = start(folder, name, command)) {
      program.awaitExit(limit);
      return program;
    }
  }

  long pid() {
    return process.pid();
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  /** How it ended. */
  int exitCode() {
    return process.exitValue();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** The process of {@code java} when this one is a tracer or the like in front of it. */
  ProcessHandle innermost() {
    ProcessHandle handle = process.toHandle();
    for (Optional<ProcessHandle> child = handle.children().findFirst();
        child.isPresent();
        child = handle.children().findFirst()) {
      handle = child.get();
    }
    return handle;
  }

  /** Where its stdout goes. */
  Path outFile() {
    return out;
  }

  /** Where its stderr goes. */
  Path errFile() {
    return err;
  }

  String stdout() throws IOException {
    return Files.readString(out, StandardCharsets.UTF_8);
  }

  String stderr() throws IOException {
    return Files.readString(err, StandardCharsets.UTF_8);
  }

  /** Waits until a line of stderr contains {@code pattern}. */
  Matcher awaitStderr(Pattern pattern, Duration limit) throws IOException {
    return await(pattern, limit, err);
  }

  /** Waits until a line of stdout contains {@code pattern}. */
  Matcher awaitStdout(Pattern pattern, Duration limit) throws IOException {
    return await(pattern, limit, out);
  }

  /** Waits until it listens on {@code port}. */
  Program awaitPort(int port) throws IOException {
    await("port " + port, START, () -> Ports.listens(port));
    return this;
  }

  /** Waits for {@code condition}, which {@code what} names in the failure. */
  void await(String what, Duration limit, BooleanSupplier condition) throws IOException {
    long deadlineNs = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (!process.isAlive()) {
        // What it wrote last counts.
        if (condition.getAsBoolean()) {
          return;
        }
        throw failure("ended with " + process.exitValue() + " before " + what);
      }
      if (System.nanoTime() - deadlineNs > 0) {
        throw failure("no " + what + " within " + limit.toSeconds() + " s");
      }
      pause(Duration.ofMillis(POLL_MS));
    }
  }

  /** Waits for its end and returns its exit code. */
  int awaitExit(Duration limit) throws IOException {
    if (!pause(limit)) {
      throw failure("still runs after " + limit.toSeconds() + " s");
    }
    return process.exitValue();
  }

  /** Lets {@code time} pass; true when the process ended meanwhile. */
  boolean pause(Duration time) throws IOException {
    try {
      return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for " + name, e);
    }
  }

  /** Sends a signal, such as USR1, to {@code process}. */
  static void signal(ProcessHandle process, String signal) throws IOException {
    Process kill =
        new ProcessBuilder("/bin/sh", "-c", "kill -" + signal + " " + process.pid()).start();
    try {
      if (kill.waitFor() != 0) {
        throw new IOException("kill -" + signal + " " + process.pid() + " failed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Ends it, with its children; harmless when it has ended. */
  @Override
  public void close() {
    end(process);
    synchronized (RUNNING) {
      RUNNING.remove(process);
    }
  }

  private Matcher await(Pattern pattern, Duration limit, Path file) throws IOException {
    List<Matcher> found = new ArrayList<>();
    await(
        "\"" + pattern + "\" in " + file.getFileName(),
        limit,
        () -> {
          Matcher matcher = pattern.matcher(completeLines(file));
          return matcher.find() && found.add(matcher);
        });
    return found.get(0);
  }

  /** The text up to its last line feed: what follows may still be being written. */
  private static String completeLines(Path file) {
    try {
      String text = Files.readString(file, StandardCharsets.UTF_8);
      return text.substring(0, text.lastIndexOf('\n') + 1);
    } catch (IOException e) {
      return "";
    }
  }

  private IOException failure(String what) throws IOException {
    return new IOException(name + " " + what + "\nstdout: " + stdout() + "\nstderr: " + stderr());
  }

  private static void end(Process process) {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    children.forEach(ProcessHandle::destroyForcibly);
  }

  private static void endAll() {
    synchronized (RUNNING) {
      RUNNING.forEach(process -> process.descendants().forEach(ProcessHandle::destroyForcibly));
      RUNNING.forEach(Process::destroyForcibly);
    }
  }
}
