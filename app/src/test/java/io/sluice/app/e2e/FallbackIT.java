package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Machines that forbid what the proxy would like to use: it forwards all the same, and says in one
 * line what is missing.
 */
@EndToEnd
class FallbackIT {
  private static final int BYTES = 5_000_000;

  /** A folder in which not even root can create a file. */
  private static final Path UNWRITABLE = Path.of("/proc");

  private static final Pattern WARNING = Pattern.compile("^\\S+ WARN (.*)$", Pattern.MULTILINE);

  @TempDir Path folder;
  private Echo echo;

  @BeforeEach
  void serve() throws IOException {
    echo = new Echo();
  }

  @AfterEach
  void stop() throws IOException {
    echo.close();
  }

  @Test
  void forbiddenSpliceIsReplacedByCopying() throws IOException {
    SystemCalls calls = SystemCalls.in(folder);
    SluiceJvm traced =
        new SluiceJvm().under(calls.tracer("trace=splice", "inject=splice:error=EPERM"));

    String warning = forwardsAndWarns(traced, "epoll, copy");

    assertThat(warning)
        .startsWith("copying instead of splicing: epoll works, splice does not: ")
        .endsWith("Operation not permitted (EPERM)");
    // Tried once, at start, and never again.
    assertThat(calls.calls("splice")).isEqualTo(1);
  }

  @Test
  void spliceThatFailsLaterIsReplacedByCopying() throws IOException {
    SystemCalls calls = SystemCalls.in(folder);
    // Counted by thread: the self test needs fewer, and a loop's fifth is in the middle of a
    // stream.
    SluiceJvm traced =
        new SluiceJvm().under(calls.tracer("trace=splice", "inject=splice:error=EINVAL:when=5+"));

    try (Sluice sluice = Sluice.start(folder, traced, "auto", "127.0.0.1:0", echo.address())) {
      assertThat(sluice.way()).startsWith("epoll, splice auto");
      assertThat(Echo.roundTrip(sluice, BYTES)).isEqualTo(BYTES);
      assertThat(Echo.roundTrip(sluice, BYTES)).isEqualTo(BYTES);
      sluice.awaitSessions(2);
      assertThat(sluice.stop()).isZero();
      assertThat(WARNING.matcher(sluice.stderr()).results().count()).isBetween(1L, 2L);
    }
  }

  @Test
  void missingEpollIsReplacedByNio() throws IOException {
    SystemCalls calls = SystemCalls.in(folder);
    // Only the first call of the main thread: the JDK's own selectors use it as well.
    SluiceJvm traced =
        new SluiceJvm()
            .under(calls.tracer("trace=epoll_create1", "inject=epoll_create1:error=ENOSYS:when=1"));

    assertThat(forwardsAndWarns(traced, "nio, copy"))
        .isEqualTo(
            "falling back to transport nio, which copies: epoll does not work:"
                + " epoll_create1: Function not implemented (ENOSYS)");
  }

  @Test
  void nativeLibraryThatCannotBeUnpackedIsReplacedByNio() throws IOException {
    SluiceJvm unwritable =
        new SluiceJvm()
            .withoutOptions()
            .withOption("-Djava.io.tmpdir=" + folder.resolve("missing"))
            .in(UNWRITABLE);

    assertThat(forwardsAndWarns(unwritable, "nio, copy"))
        .startsWith("falling back to transport nio, which copies: libc could not be loaded: ");
  }

  @Test
  void missingLibraryFolderAloneDoesNotMatter() throws IOException {
    SluiceJvm command =
        new SluiceJvm()
            .withoutOptions()
            .withOption("--enable-native-access=ALL-UNNAMED")
            .withOption("-Djffi.boot.library.path=" + folder.resolve("missing"))
            .withOption("-Djava.io.tmpdir=" + folder);

    try (Sluice sluice = Sluice.start(folder, command, "auto", "127.0.0.1:0", echo.address())) {
      assertThat(sluice.way()).startsWith("epoll, splice auto");
      assertThat(sluice.stderr().lines()).hasSize(1);
    }
  }

  @Test
  void missingNativeJarIsReplacedByNio() throws IOException {
    SluiceJvm command = new SluiceJvm().withoutOptions().withClassPath(classPathWithoutNativeJar());

    assertThat(forwardsAndWarns(command, "nio, copy"))
        .startsWith("falling back to transport nio, which copies: libc could not be loaded: ");
  }

  @Test
  void explicitEpollFailsWhereItCannotWork() throws IOException {
    SluiceJvm command = new SluiceJvm().withoutOptions().withClassPath(classPathWithoutNativeJar());

    Program refused =
        command.run(
            folder, List.of("forward", "--transport", "epoll", "127.0.0.1:0", "127.0.0.1:1"));

    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.stderr())
        .startsWith("sluice: transport epoll does not work here: libc could not be loaded: ")
        .endsWith("; use auto or nio\n");
    assertThat(refused.stderr().lines()).hasSize(1);
  }

  @Test
  void noexecFolderIsReplacedByNio() throws IOException {
    String unshare = Tool.UNSHARE.path();
    List<String> inNoexec =
        List.of(
            unshare,
            "--mount",
            "/bin/sh",
            "-c",
            "mount -t tmpfs -o noexec sluice \"$0\" && cd \"$0\" && exec \"$@\"",
            Files.createDirectory(folder.resolve("noexec")).toString());
    Program probe = Program.run(folder, "probe", append(inNoexec, "/bin/true"), Program.START);
    Assumptions.assumeTrue(
        probe.exitCode() == 0, () -> "needs the right to mount a tmpfs; run as root");
    SluiceJvm command =
        new SluiceJvm()
            .withoutOptions()
            .withOption("-Djava.io.tmpdir=" + folder.resolve("noexec"))
            .under(inNoexec);

    assertThat(forwardsAndWarns(command, "nio, copy")).contains("noexec");
  }

  /**
   * It forwards, in the given way; returns the only warning, the rest of stderr being as always.
   */
  private String forwardsAndWarns(SluiceJvm command, String way) throws IOException {
    try (Sluice sluice = Sluice.start(folder, command, "auto", "127.0.0.1:0", echo.address())) {
      assertThat(sluice.way()).startsWith(way);
      assertThat(Echo.roundTrip(sluice, BYTES)).isEqualTo(BYTES);
      assertThat(Echo.roundTrip(sluice, BYTES)).isEqualTo(BYTES);
      assertThat(sluice.awaitSessions(2)).allMatch(session -> session.splicedPercent() == 0);
      assertThat(sluice.stop()).isZero();

      String log = sluice.stderr();
      List<String> warnings = WARNING.matcher(log).results().map(found -> found.group(1)).toList();
      assertThat(warnings).hasSize(1);
      // The warning, where it listens, two sessions, stopping, stopped.
      assertThat(log.lines()).hasSize(6);
      return warnings.get(0);
    }
  }

  private static String classPathWithoutNativeJar() throws IOException {
    List<String> jars = new ArrayList<>();
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(SluiceJvm.TARGET.resolve("lib"), "*.jar")) {
      for (Path jar : all) {
        if (!jar.toString().endsWith("-native.jar")) {
          jars.add(jar.toString());
        }
      }
    }
    // Not sluice.jar, whose manifest names all the others.
    jars.add(SluiceJvm.TARGET.resolve("classes").toString());
    return String.join(":", jars);
  }

  private static List<String> append(List<String> words, String word) {
    List<String> all = new ArrayList<>(words);
    all.add(word);
    return all;
  }
}
