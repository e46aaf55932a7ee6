package io.sluice.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code sluice}, in a copy of the tree, with a JVM and a Maven that only say so. */
class LauncherTest {
  private static final Path SCRIPT = Path.of("..", "sluice");

  /** What was written to either stream, and how it ended. */
  private record Outcome(int code, List<String> lines, long pid) {}

  @TempDir Path folder;

  private Path home;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void copyTree() throws IOException {
    home = Files.createDirectories(folder.resolve("a home"));
    Files.copy(SCRIPT, home.resolve("sluice"));
    for (String module : List.of("native-bindings", "config", "proxy-core", "systemd", "app")) {
      Path java = Files.createDirectories(home.resolve(module).resolve("src/main/java"));
      old(Files.writeString(java.resolve("A.java"), "class A {}"));
      old(Files.writeString(home.resolve(module).resolve("pom.xml"), "<project/>"));
    }
    old(Files.writeString(home.resolve("pom.xml"), "<project/>"));
    try (var all = Files.walk(home)) {
      for (Path path : all.filter(Files::isDirectory).toList()) {
        old(path);
      }
    }
    script("bin/mvn", "echo \"mvn $*\" >>'" + folder + "/builds'; touch app/target/sluice.jar");
    jdk("17.0.1+1");
    environment.put("JAVA_HOME", folder.resolve("jdk").toString());
    environment.put("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
  }

  private static void old(Path path) throws IOException {
    Files.setLastModifiedTime(path, FileTime.from(Instant.now().minusSeconds(3600)));
  }

  private void jdk(String version) throws IOException {
    script("jdk/bin/java", "echo $$ \"$@\" LC_ALL=${LC_ALL:-}");
    Files.writeString(folder.resolve("jdk/release"), "JAVA_RUNTIME_VERSION=\"" + version + "\"\n");
  }

  private void script(String name, String body) throws IOException {
    Path path = folder.resolve(name);
    Files.createDirectories(path.getParent());
    Files.writeString(path, "#!/bin/sh\n" + body + "\n");
    assertThat(path.toFile().setExecutable(true)).isTrue();
  }

  private Outcome run(Path launcher, String... args) throws Exception {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(args));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    List<String> lines =
        new String(process.getInputStream().readAllBytes(), UTF_8).lines().toList();
    return new Outcome(process.waitFor(), lines, process.pid());
  }

  private Outcome run(String... args) throws Exception {
    return run(home.resolve("sluice"), args);
  }

  private long builds() throws IOException {
    Path builds = folder.resolve("builds");
    return Files.exists(builds) ? Files.readAllLines(builds).size() : 0;
  }

  @Test
  void buildsOnceAndThenBecomesTheJvm() throws Exception {
    Outcome first = run("forward", "a b");
    Outcome second = run("forward", "a b");

    assertThat(first.code()).isZero();
    assertThat(first.lines()).hasSize(2).first().asString().startsWith("sluice: building");
    assertThat(second.lines())
        .singleElement()
        .asString()
        .startsWith(second.pid() + " ")
        .contains(
            "--enable-native-access=ALL-UNNAMED",
            "-cp " + home + "/app/target/sluice.jar io.sluice.app.Main forward a b");
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void buildsAgainWhenASourceIsNewer() throws Exception {
    run();
    Path source = home.resolve("config/src/main/java/A.java");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(60)));

    assertThat(run().lines()).first().asString().startsWith("sluice: building");
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void ofSeveralThatStartAtOnceOneBuilds() throws Exception {
    script(
        "bin/mvn", "echo build >>'" + folder + "/builds'; sleep 0.3; touch app/target/sluice.jar");
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ProcessBuilder builder =
          new ProcessBuilder(home.resolve("sluice").toString(), "version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD);
      builder.environment().putAll(environment);
      processes.add(builder.start());
    }

    for (Process process : processes) {
      assertThat(process.waitFor()).isZero();
    }
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void aTestIsNoReasonToBuild() throws Exception {
    run();
    Path test = Files.createDirectories(home.resolve("config/src/test/java"));
    Files.writeString(test.resolve("ATest.java"), "class ATest {}");

    run();

    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void worksThroughSymbolicLinks() throws Exception {
    Path first = Files.createSymbolicLink(folder.resolve("first"), Path.of("a home", "sluice"));
    Path second = Files.createSymbolicLink(folder.resolve("bin/second"), first);

    assertThat(run(second, "version").lines().get(1)).contains("Main version ");
  }

  @Test
  void failedBuildIsShownAndEndsWith1() throws Exception {
    script("bin/mvn", "echo '[INFO] noise'; echo '[ERROR] A.java: not good'; exit 1");

    Outcome outcome = run("version");

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.lines())
        .contains("[ERROR] A.java: not good", "sluice: the build failed")
        .doesNotContain("[INFO] noise");
    assertThat(home.resolve("app/target/sluice.built")).doesNotExist();
  }

  @Test
  void optionsForTheJvmAreAddedAsWords() throws Exception {
    environment.put("SLUICE_JAVA_OPTS", "-Xmx64m -ea");

    assertThat(run("version").lines().get(1)).contains(" -Xmx64m -ea -cp ");
  }

  @Test
  void localeOutsideUtf8IsReplacedAndOtherIsKept() throws Exception {
    environment.put("LC_ALL", "POSIX");
    assertThat(run().lines().get(1)).endsWith(" LC_ALL=C.UTF-8");

    environment.put("LC_ALL", "C.utf8");
    assertThat(run().lines().get(0)).endsWith(" LC_ALL=C.utf8");
  }

  @Test
  void eachJvmHasItsOwnArchive() throws Exception {
    run();
    assertThat(home.resolve("app/target/sluice-17.0.1+1.jsa")).exists();

    jdk("25.0.3+9-LTS");

    assertThat(run().lines().get(0)).contains(",aot*=off:");
    assertThat(home.resolve("app/target/sluice-25.0.3+9-LTS.jsa")).exists();
  }

  @Test
  void oldJavaIsRefused() throws Exception {
    jdk("11.0.20+8");

    Outcome outcome = run("version");

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.lines())
        .containsExactly(
            "sluice: needs Java 17 or later, " + folder + "/jdk/bin/java is 11.0.20+8");
  }

  @Test
  void wrongJavaHomeIsSaid() throws Exception {
    environment.put("JAVA_HOME", folder.resolve("nothing").toString());

    assertThat(run().lines())
        .containsExactly("sluice: JAVA_HOME=" + folder + "/nothing has no bin/java");
  }
}
