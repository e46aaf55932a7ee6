package io.sluice.bench.peer;

import io.sluice.bench.proc.Machine;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A contender that runs: the port to connect to and the processes to measure.
 *
 * <p>Every process started here is ended by its id, on {@link #close} or when the program ends.
 */
public final class Running implements Closeable {

  private static final int START_S = 15;
  private static final int STOP_S = 3;
  private static final int POLL_MS = 10;
  private static final Set<Process> STARTED = new HashSet<>();
  private static boolean ending;

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(Running::endAll, "end-contenders"));
  }

  private final String host;
  private final int port;
  private final Process process;

  private Running(String host, int port, Process process) {
    this.host = host;
    this.port = port;
    this.process = process;
  }

  /** A contender without a process. */
  static Running withoutProcess(String host, int port) {
    return new Running(host, port, null);
  }

  /**
   * Runs a command that stays in the foreground and waits until it listens at its place.
   *
   * @throws IOException when it ends or does not listen in time
   */
  public static Running command(List<String> command, Place place) throws IOException {
    Path output = place.work().resolve("output.log");
    List<String> line = new ArrayList<>(place.prefix());
    line.addAll(command);
    Process process =
        launch(
            new ProcessBuilder(line)
                .directory(place.work().toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .redirectInput(Path.of("/dev/null").toFile()));
    Running running = new Running(place.listenHost(), place.listenPort(), process);
    try {
      awaitListening(process, place.listenPort());
    } catch (IOException e) {
      running.close();
      String said = Files.readString(output).strip();
      throw new IOException(e.getMessage() + ": " + String.join(" ", line) + "\n" + said, e);
    }
    return running;
  }

  /** The address that clients connect to. */
  public String host() {
    return host;
  }

  /** The port that clients connect to. */
  public int port() {
    return port;
  }

  /** The process and all its descendants, which is how nginx has its workers measured. */
  public List<Long> pids() {
    List<Long> pids = new ArrayList<>();
    if (process != null) {
      pids.add(process.pid());
      process.descendants().forEach(child -> pids.add(child.pid()));
    }
    return pids;
  }

  /** False when the process has ended by itself. */
  public boolean isAlive() {
    return process == null || process.isAlive();
  }

  @Override
  public void close() {
    if (process != null) {
      end(process);
      forget(process);
    }
  }

  /** One lock with {@link #endAll}: nothing is started once the program is ending. */
  private static synchronized Process launch(ProcessBuilder builder) throws IOException {
    if (ending) {
      throw new IOException("the program is ending");
    }
    Process process = builder.start();
    STARTED.add(process);
    return process;
  }

  private static synchronized void forget(Process process) {
    STARTED.remove(process);
  }

  private static synchronized void endAll() {
    ending = true;
    STARTED.forEach(Process::destroy);
    STARTED.forEach(Running::end);
  }

  private static void end(Process process) {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(STOP_S, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    children.forEach(ProcessHandle::destroyForcibly);
  }

  private static void awaitListening(Process process, int port) throws IOException {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_S);
    while (!Machine.listens(process.pid(), port)) {
      if (!process.isAlive()) {
        throw new IOException("ended with status " + process.exitValue());
      }
      if (System.nanoTime() - deadlineNs > 0) {
        throw new IOException("does not listen after " + START_S + " s");
      }
      try {
        if (process.waitFor(POLL_MS, TimeUnit.MILLISECONDS)) {
          throw new IOException("ended with status " + process.exitValue());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while waiting for port " + port, e);
      }
    }
  }
}
