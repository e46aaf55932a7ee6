package io.sluice.app.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How the proxy's JVM is started: by default with the JVM of the tests and the options of the
 * launcher script. Each method changes one thing and returns this.
 */
final class SluiceJvm {
  /** The module's build folder; the tests run in the module's folder. */
  static final Path TARGET = Path.of("target").toAbsolutePath();

  static final Path JAR = TARGET.resolve("sluice.jar");
  private static final Duration SHORT = Duration.ofSeconds(30);

  private final List<String> before = new ArrayList<>();
  private final List<String> options = new ArrayList<>();
  private Path javaHome = Path.of(System.getProperty("java.home"));
  private String classPath = JAR.toString();
  private Path workingFolder;

  SluiceJvm() {
    options.addAll(
        List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-XX:-UsePerfData"));
    nativeFolder().ifPresent(folder -> options.add("-Djffi.boot.library.path=" + folder));
  }

  /** The folder of the unpacked native library for this machine, if the build has one. */
  static Optional<Path> nativeFolder() {
    String arch = System.getProperty("os.arch");
    Path folder =
        TARGET.resolve("native/jni/" + (arch.equals("amd64") ? "x86_64" : arch) + "-Linux");
    return Files.isDirectory(folder) ? Optional.of(folder) : Optional.empty();
  }

  /** Puts a program in front: a tracer, or one that changes the user. */
  SluiceJvm under(List<String> program) {
    before.addAll(program);
    return this;
  }

  SluiceJvm withJdk(Path home) {
    javaHome = home;
    return this;
  }

  SluiceJvm withOption(String option) {
    options.add(option);
    return this;
  }

  /** Forgets the launcher's options. */
  SluiceJvm withoutOptions() {
    options.clear();
    return this;
  }

  SluiceJvm withClassPath(String path) {
    classPath = path;
    return this;
  }

  SluiceJvm in(Path folder) {
    workingFolder = folder;
    return this;
  }

  /** Starts it; output goes to files of {@code name} in {@code folder}. */
  Program launch(Path folder, String name, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(before);
    command.add(javaHome.resolve("bin/java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", classPath, "io.sluice.app.Main"));
    command.addAll(arguments);
    Path directory = workingFolder == null ? folder : workingFolder;
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    // What these say about a JVM's options would stand on stderr.
    builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS"));
    builder.environment().put("LC_ALL", "C.UTF-8");
    return Program.start(folder, name, builder, Path.of("/dev/null"));
  }

  /** Runs a command that ends by itself. */
  Program run(Path folder, List<String> arguments) throws IOException {
    try (Program program = launch(folder, "sluice-" + arguments.get(0), arguments)) {
      program.awaitExit(SHORT);
      return program;
    }
  }
}
