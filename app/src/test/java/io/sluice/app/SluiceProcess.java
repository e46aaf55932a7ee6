package io.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The program in a process of its own, with its output line by line. */
final class SluiceProcess implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Pattern LISTENS = Pattern.compile("sluice: .* listens on \\S+:(\\d+) -> .*");

  private static final List<String> SYSTEMD =
      List.of(
          "NOTIFY_SOCKET",
          "JOURNAL_STREAM",
          "WATCHDOG_USEC",
          "WATCHDOG_PID",
          "FDSTORE",
          "RUNTIME_DIRECTORY",
          "LISTEN_FDS",
          "LISTEN_PID",
          "LISTEN_FDNAMES");

  private final Process process;
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Thread reader;

  private SluiceProcess(Process process) {
    this.process = process;
    reader = new Thread(this::read, "output-of-" + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  static SluiceProcess start(String... args) throws IOException {
    return start(Map.of(), Main.class, List.of(), args);
  }

  /**
   * Starts {@code main} as the launcher would.
   *
   * @param environment added to this process' own, without what systemd sets
   */
  static SluiceProcess start(
      Map<String, String> environment, Class<?> main, List<String> jvmOptions, String... args)
      throws IOException {
    return under(List.of(), environment, main, jvmOptions, args);
  }

  /** The same with a program in front, which becomes it. */
  static SluiceProcess under(
      List<String> program,
      Map<String, String> environment,
      Class<?> main,
      List<String> jvmOptions,
      String... args)
      throws IOException {
    List<String> command = new ArrayList<>(program);
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(
        List.of("-ea", "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Xshare:auto"));
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeAll(SYSTEMD);
    builder.environment().putAll(environment);
    return new SluiceProcess(builder.start());
  }

  private void read() {
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      output.lines().forEach(lines::add);
    } catch (IOException e) {
      lines.add("output ended: " + e);
    }
  }

  /** All that it has written so far, stdout and stderr together. */
  List<String> lines() {
    return lines;
  }

  /** Waits for a line that contains {@code text}; returns it. */
  String awaitLine(String text) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(lines).anyMatch(line -> line.contains(text)));
    return lines.stream().filter(line -> line.contains(text)).findFirst().orElseThrow();
  }

  /** Waits until it listens; returns the port of the first line that says so. */
  int awaitPort() {
    Matcher listens = LISTENS.matcher(awaitLine(" listens on "));
    assertThat(listens.matches()).as(lines::toString).isTrue();
    return Integer.parseInt(listens.group(1));
  }

  /** A connection to where it listens. */
  Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), awaitPort());
    socket.setSoTimeout((int) PATIENCE.toMillis());
    return socket;
  }

  /** Sends a signal: {@code TERM}, {@code USR1}. */
  void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }

  /** Waits for its end; returns its exit code. */
  int awaitExit() throws InterruptedException {
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .as(lines::toString)
        .isTrue();
    reader.join(PATIENCE.toMillis());
    return process.exitValue();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  long pid() {
    return process.pid();
  }

  /** Its end is waited for: it must not write into a folder that is being deleted. */
  @Override
  public void close() {
    process.destroyForcibly().onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }
}
