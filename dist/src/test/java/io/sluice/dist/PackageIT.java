package io.sluice.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an operator gets: unpacked, looked through, and run. Nothing is installed. */
@Timeout(120)
class PackageIT {
  private static final Path TAR = Path.of(System.getProperty("sluice.tar"));
  private static final Path DEB = Path.of(System.getProperty("sluice.deb"));

  @TempDir private static Path folder;
  private static Path unpacked;
  private static Path root;

  @BeforeAll
  static void unpack() throws Exception {
    run("tar", "-xzf", TAR.toString(), "-C", folder.toString());
    try (Stream<Path> below = Files.list(folder)) {
      unpacked = below.findFirst().orElseThrow();
    }
    if (hasDpkg()) {
      root = Files.createDirectory(folder.resolve("root"));
      run("dpkg-deb", "-x", DEB.toString(), root.toString());
      run("dpkg-deb", "-e", DEB.toString(), folder.resolve("control").toString());
    }
  }

  @Test
  void theTarRunsFromWhereItIsUnpacked() throws Exception {
    assertThat(run(unpacked.resolve("sluice").toString(), "version")).contains("sluice");
    assertThat(run(unpacked.resolve("sluice").toString(), "demo", "--seconds", "0.2"))
        .contains("equal at both ends");
  }

  @Test
  void aSecondStartFindsTheArchiveOfTheFirst() throws Exception {
    run(unpacked.resolve("sluice").toString(), "version");

    try (Stream<Path> files = Files.list(unpacked)) {
      assertThat(files.filter(file -> file.toString().endsWith(".jsa")))
          .singleElement()
          .satisfies(archive -> assertThat(Files.size(archive)).isGreaterThan(1 << 20));
    }
  }

  @Test
  void theDebRunsFromWhereItIsInstalled() throws Exception {
    assumeTrue(hasDpkg(), "needs dpkg-deb");

    assertThat(run(root.resolve("usr/bin/sluice").toString(), "version")).contains("sluice");
    assertThat(root.resolve("usr/bin/sluice")).isSymbolicLink();
  }

  @Test
  void theDebHoldsWhatItsManualsName() throws Exception {
    assumeTrue(hasDpkg(), "needs dpkg-deb");

    for (String file :
        List.of(
            "etc/sluice/sluice.conf",
            "usr/lib/sysctl.d/60-sluice.conf",
            "lib/systemd/system/sluice.service",
            "lib/systemd/system/sluice.socket",
            "lib/systemd/system/sluice@.service",
            "lib/systemd/system/sluice@.socket",
            "usr/share/sluice/systemd/notify-reload.conf",
            "usr/share/man/man1/sluice.1",
            "usr/share/man/man5/sluice.conf.5",
            "usr/share/doc/sluice/reference.conf",
            "usr/share/doc/sluice/operating.md",
            "usr/share/doc/sluice/mirroring.md",
            "usr/share/doc/sluice/copyright")) {
      assertThat(root.resolve(file)).isRegularFile();
    }
    assertThat(folder.resolve("control/conffiles")).hasContent("/etc/sluice/sluice.conf");
    assertThat(Files.readString(folder.resolve("control/control"))).contains("Package: sluice");
  }

  @Test
  void everythingInTheDebBelongsToRootAndIsNotWritableByOthers() throws Exception {
    assumeTrue(hasDpkg(), "needs dpkg-deb");

    String listing = run("dpkg-deb", "-c", DEB.toString());

    assertThat(listing.lines())
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line).matches("[dl-]rw.r.[x-]r.[x-] root/root .*|l.*"));
  }

  @Test
  void theScriptsOfTheDebAreShells() throws Exception {
    assumeTrue(hasDpkg(), "needs dpkg-deb");

    for (String script : List.of("postinst", "prerm", "postrm")) {
      run("sh", "-n", folder.resolve("control").resolve(script).toString());
      assertThat(folder.resolve("control").resolve(script)).isExecutable();
    }
  }

  @Test
  void theManualPagesAreWellFormed() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/groff")), "needs groff");

    for (String page : List.of("sluice.1", "sluice.conf.5")) {
      String out =
          run("groff", "-man", "-Tutf8", "-ww", unpacked.resolve("man/" + page).toString());
      // Bold is a character, a backspace and the character again.
      assertThat(out.replaceAll(".\b", "")).contains("SEE ALSO").doesNotContain("warning");
    }
  }

  private static boolean hasDpkg() {
    return Files.isExecutable(Path.of("/usr/bin/dpkg-deb"));
  }

  /** What it printed, stderr included; it has to succeed. */
  private static String run(String... command) throws IOException, InterruptedException {
    Path output = Files.createTempFile("run", ".out");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .redirectInput(Path.of("/dev/null").toFile())
            .start();
    try {
      assertThat(process.waitFor(90, TimeUnit.SECONDS)).as(String.join(" ", command)).isTrue();
      String printed = Files.readString(output, StandardCharsets.UTF_8);
      assertThat(process.exitValue()).as(String.join(" ", command) + "\n" + printed).isZero();
      return printed;
    } finally {
      process.destroyForcibly();
      Files.delete(output);
    }
  }
}
