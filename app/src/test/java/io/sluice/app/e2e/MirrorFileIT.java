package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mirrors that are files and captures, on real disks with their limits. */
@EndToEnd
class MirrorFileIT {
  private static final Duration LIMIT = Duration.ofSeconds(40);
  private static final int BYTES = 24 << 20;
  private static final int ROTATE_BYTES = 256 << 10;

  @TempDir Path folder;

  private static List<Path> files(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void maxBytesIsWhatAFileHas(String transport) throws IOException {
    Path root = folder.resolve("recorded");
    String terms = ",max-bytes=1MiB,when-slow=block,max-lag=none";
    try (Echo echo = new Echo();
        Sluice sluice =
            Sluice.mirrored(
                folder, transport, echo.address(), "file:" + root + "/{session}" + terms)) {
      assertThat(Echo.roundTrip(sluice, 1 << 20)).isEqualTo(1 << 20);
      sluice.awaitMirrorAtRest("m1");
      assertThat(Echo.roundTrip(sluice, BYTES)).isEqualTo(BYTES);
      String counters = sluice.awaitMirrorAtRest("m1");

      assertThat(sluice.awaitSessions(2).get(1).mirrors()).matches("m1:\\d+\\(max-bytes\\)");
      assertThat(counters).contains("detached_max_bytes_total=1", " bytes_total=" + (2 << 20));
      assertThat(sluice.stderr()).containsOnlyOnce("its file has reached max-bytes");
    }
    List<Path> files = files(root);
    assertThat(files).hasSize(2);
    assertThat(files).filteredOn(file -> file.toString().endsWith(".part")).hasSize(1);
    for (Path file : files) {
      assertThat(file).hasBinaryContent(Echo.content(1 << 20));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void rotatedCapturesAreReadByTsharkAndAddUp(String transport) throws IOException {
    String terms = ",direction=both,rotate-size=256KiB,when-slow=block,max-lag=none,keep=";
    Path all = Files.createDirectory(folder.resolve("all")).resolve("wire.pcapng");
    Path some = Files.createDirectory(folder.resolve("some")).resolve("wire.pcapng");
    int port;
    try (Echo echo = new Echo();
        Sluice sluice =
            Sluice.mirrored(
                folder,
                transport,
                echo.address(),
                "pcapng:" + all + terms + 100,
                "pcapng:" + some + terms + 3)) {
      port = sluice.port();
      assertThat(Echo.roundTrip(sluice, 2 << 20)).isEqualTo(2 << 20);
      sluice.awaitMirrorAtRest("m1");
      sluice.awaitMirrorAtRest("m2");
      assertThat(sluice.stop()).isZero();
      assertThat(sluice.stderr()).doesNotContain("detached from", " ERROR ");
    }

    assertThat(files(some.getParent())).hasSize(1 + 3);
    assertThat(files(all.getParent())).hasSizeGreaterThan(4 * (1 << 20) / ROTATE_BYTES);
    for (Path file : files(folder.resolve("some"))) {
      assertThat(Files.size(file)).isLessThanOrEqualTo(ROTATE_BYTES);
      assertThat(payload(file, "tcp.len > 0")).isNotEmpty();
    }
    assertThat(newestFirst(some)).hasSize(4);
    byte[] content = Echo.content(2 << 20);
    assertThat(together(all, "tcp.dstport == " + port)).isEqualTo(content);
    assertThat(together(all, "tcp.srcport == " + port)).isEqualTo(content);
  }

  /** A capture and its rotated predecessors. */
  private static List<Path> newestFirst(Path capture) {
    List<Path> found = new ArrayList<>(List.of(capture));
    for (int number = 1; Files.exists(Path.of(capture + "." + number)); number++) {
      found.add(Path.of(capture + "." + number));
    }
    return found;
  }

  private byte[] together(Path capture, String filter) throws IOException {
    List<Path> files = newestFirst(capture);
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (int i = files.size() - 1; i >= 0; i--) {
      joined.write(payload(files.get(i), filter));
    }
    return joined.toByteArray();
  }

  private byte[] payload(Path capture, String filter) throws IOException {
    String file = capture.toString();
    List<String> command =
        List.of(
            Tool.TSHARK.path(),
            "-n",
            "-r",
            file,
            "-Y",
            filter,
            "-T",
            "fields",
            "-e",
            "tcp.payload");
    Program run = Program.run(folder, "tshark", command, LIMIT);
    assertThat(run.exitCode()).as(run.stderr()).isZero();
    return HexFormat.of().parseHex(run.stdout().replaceAll("\\s", ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void appendOnlyDirectoryIsSaidAndTheFileIsWhole(String transport) throws IOException {
    Path root = Files.createDirectory(folder.resolve("worm"));
    Program set =
        Program.run(folder, "chattr", List.of(Tool.CHATTR.path(), "+a", "" + root), LIMIT);
    if (set.exitCode() != 0) {
      Tool.missing("needs the right to make a directory append-only: " + set.stderr());
    }
    try (Echo echo = new Echo();
        Sluice sluice =
            Sluice.mirrored(
                folder,
                transport,
                echo.address(),
                "file:" + root + "/{session},when-slow=block,max-lag=none")) {
      assertThat(Echo.roundTrip(sluice, 1 << 20)).isEqualTo(1 << 20);
      assertThat(sluice.awaitMirrorAtRest("m1")).contains("detached_write_total=1");

      assertThat(sluice.stderr())
          .containsOnlyOnce("detached from")
          .containsPattern(
              "detached from 1 session\\(s\\): its file cannot be written \\(.*Operation not"
                  + " permitted.*\\.part is whole, but keeps that name\\)");
      assertThat(files(root)).hasSize(1);
      assertThat(files(root).get(0)).hasBinaryContent(Echo.content(1 << 20));
      assertThat(sluice.stop()).isZero();
    } finally {
      Program.run(folder, "chattr", List.of(Tool.CHATTR.path(), "-a", "" + root), LIMIT);
    }
  }

  @Test
  void directoryOfSomebodyElseIsRefusedByCheck() throws IOException {
    Path locked = Files.createDirectory(folder.resolve("locked"));
    Path config =
        Files.writeString(
            folder.resolve("s.conf"),
            """
            sluice.frontends.web { bind = "127.0.0.1:0", backend = app, mirror = audit }
            sluice.backends.app.servers.a = "127.0.0.1:1"
            sluice.mirrors.audit = "file:DIR/{session}"
            """
                .replace("DIR", locked.toString()));
    SluiceJvm somebody = new SluiceJvm();
    if (System.getProperty("user.name").equals("root")) {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
      somebody.under(List.of(Tool.SETPRIV.path(), "--reuid", "nobody", "--clear-groups"));
    } else {
      Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("r-xr-xr-x"));
    }

    Program refused = somebody.run(folder, List.of("check", "-c", config.toString()));

    assertThat(refused.exitCode()).as(refused.stderr()).isEqualTo(2);
    assertThat(refused.stderr())
        .startsWith(
            config + ":3: sluice.mirrors.audit.to = \"file:" + locked + "/{session}\": user ")
        .endsWith(" may not create a file in " + locked + "\n");
  }
}
