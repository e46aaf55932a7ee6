package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are made, written once and renamed. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "looks at modes and links")
abstract class FileContract {

  @TempDir private Path place;
  private Transport transport;

  abstract Transport newTransport() throws IOException;

  @BeforeEach
  void make() throws IOException {
    transport = newTransport();
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(
        Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
  }

  @Test
  void foldersAreMadeAndEverythingIsTheOwners() throws IOException {
    Path base = place.resolve("made/for/it");
    try (OutputFile file = transport.createFile(base, "2026/a b/ü.bin")) {
      file.write(bytes("abc"));
      assertThat(file.position()).isEqualTo(3);
      assertThat(file).hasToString(base + "/2026/a b/ü.bin");
    }

    assertThat(base.resolve("2026/a b/ü.bin")).hasContent("abc");
    assertThat(mode(base.resolve("2026/a b/ü.bin"))).isEqualTo("rw-------");
    for (Path folder = base.resolve("2026/a b"); !folder.equals(place); ) {
      assertThat(mode(folder)).as(folder.toString()).isEqualTo("rwx------");
      folder = folder.getParent();
    }
  }

  @Test
  void whatIsWrittenIsThereWhateverItsSize() throws IOException {
    byte[] content = new byte[100_003];
    new Random(1).nextBytes(content);
    try (OutputFile file = transport.createFile(place, "f")) {
      file.write(ByteBuffer.wrap(content, 0, 5));
      ByteBuffer direct = ByteBuffer.allocateDirect(content.length);
      file.write(direct.put(content).flip().position(5));
      assertThat(direct.hasRemaining()).isFalse();
      assertThat(file.position()).isEqualTo(content.length);
    }

    assertThat(place.resolve("f")).hasBinaryContent(content);
  }

  @Test
  void existingFileIsLeftAlone() throws IOException {
    Files.writeString(place.resolve("f"), "theirs");

    assertThatThrownBy(() -> transport.createFile(place, "f"))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessage(place + "/f");
    assertThat(place.resolve("f")).hasContent("theirs");
  }

  @Test
  void baseMayBeALink() throws IOException {
    Path real = Files.createDirectory(place.resolve("real"));
    Path link = Files.createSymbolicLink(place.resolve("link"), real);

    transport.createFile(link, "in/f").close();

    assertThat(real.resolve("in/f")).exists();
  }

  @Test
  void linkBelowTheBaseIsNeverFollowed() throws IOException {
    Path elsewhere = Files.createDirectory(place.resolve("elsewhere"));
    Path base = Files.createDirectory(place.resolve("base"));
    Files.createSymbolicLink(base.resolve("day"), elsewhere);
    Files.createSymbolicLink(base.resolve("f"), elsewhere.resolve("f"));

    assertThatThrownBy(() -> transport.createFile(base, "day/f"))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(FileAlreadyExistsException.class)
        .hasMessageContaining("day");
    assertThatThrownBy(() -> transport.createFile(base, "day/deeper/f"))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> transport.createFile(base, "f"))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(elsewhere).isEmptyDirectory();
  }

  @Test
  void fileInTheWayOfAFolderIsTold() throws IOException {
    Files.writeString(place.resolve("f"), "");

    assertThatThrownBy(() -> transport.createFile(place, "f/g"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(place + "/f")
        .hasMessageContaining("Not a directory");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/etc/f", "../f", "a/../../f", "a//f", "a/", "./f", "a\0"})
  void nothingLeadsUpwards(String below) {
    assertThatThrownBy(() -> transport.createFile(place, below))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void fileSystemThatRefusesIsNamedWithItsReason() {
    // Nobody, root included, makes files there.
    assertThatThrownBy(() -> transport.createFile(Path.of("/proc/self"), "sluice-test"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("/proc/self/sluice-test")
        .hasMessageMatching(".*(No such file|Permission denied|not permitted).*");
  }

  @Test
  void folderWithoutPermissionIsNamedWithItsReason() throws IOException {
    Path base = Files.createDirectory(place.resolve("base"));
    Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("r-x------"));
    assumeTrue(!Files.isWritable(base), "root may write anywhere");

    assertThatThrownBy(() -> transport.createFile(base, "f"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(base + "/f")
        .hasMessageContaining("Permission denied");
  }

  @Test
  void cutBackFileGoesOnFromThere() throws IOException {
    try (OutputFile file = transport.createFile(place, "f")) {
      file.write(bytes("0123456789"));
      file.truncate(4);
      assertThat(file.position()).isEqualTo(4);
      file.write(bytes("ab"));
    }

    assertThat(place.resolve("f")).hasContent("0123ab");
  }

  @Test
  void renamedFileKeepsItsFolderAndIsWrittenOn() throws IOException {
    try (OutputFile file = transport.createFile(place, "in/f.part")) {
      file.write(bytes("ab"));
      file.rename("f");
      file.write(bytes("cd"));
      file.rename("g");
    }

    assertThat(place.resolve("in")).isDirectoryNotContaining("glob:**.part");
    assertThat(place.resolve("in/g")).hasContent("abcd");
  }

  @Test
  void renameNeverReplaces() throws IOException {
    Files.writeString(place.resolve("g"), "theirs");
    Files.createSymbolicLink(place.resolve("h"), place.resolve("nowhere"));
    try (OutputFile file = transport.createFile(place, "f")) {
      file.write(bytes("ours"));
      for (String taken : new String[] {"g", "h"}) {
        assertThatThrownBy(() -> file.rename(taken))
            .isInstanceOf(FileAlreadyExistsException.class)
            .hasMessage(place + "/" + taken);
      }
    }

    assertThat(place.resolve("f")).hasContent("ours");
    assertThat(place.resolve("g")).hasContent("theirs");
    assertThat(place.resolve("nowhere")).doesNotExist();
  }

  @Test
  void rotationShiftsAndDropsTheOldest() throws IOException {
    for (int round = 1; round <= 5; round++) {
      transport.rotateFile(place, "in/f", 3);
      try (OutputFile file = transport.createFile(place, "in/f")) {
        file.write(bytes("round " + round));
      }
    }

    assertThat(place.resolve("in/f")).hasContent("round 5");
    assertThat(place.resolve("in/f.1")).hasContent("round 4");
    assertThat(place.resolve("in/f.2")).hasContent("round 3");
    assertThat(place.resolve("in/f.3")).hasContent("round 2");
    assertThat(place.resolve("in/f.4")).doesNotExist();
  }

  @Test
  void fullDiskIsToldAndWhatFitsIsKept() throws Exception {
    Path disk = Files.createDirectory(place.resolve("disk"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=64k", "sluice-test", disk.toString()),
        "needs the right to mount");
    try {
      try (OutputFile file = transport.createFile(disk, "f")) {
        ByteBuffer much = ByteBuffer.allocate(256 << 10);
        assertThatThrownBy(() -> file.write(much))
            .isInstanceOf(IOException.class)
            .hasMessageContaining(disk + "/f")
            .hasMessageContaining("No space left on device");

        assertThat(file.position()).isBetween(1L, 64L << 10);
        assertThat(disk.resolve("f")).hasSize(file.position());
        file.truncate(100);
        file.write(bytes("x"));
        assertThat(disk.resolve("f")).hasSize(101);
      }
    } finally {
      assertThat(run("umount", disk.toString())).isTrue();
    }
  }

  private static boolean run(String... command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
