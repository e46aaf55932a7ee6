package io.sluice.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@EnabledOnOs(value = OS.LINUX, disabledReason = "makes Linux system calls")
class FolderTest {

  @TempDir private Path place;
  private final Syscalls sys;

  FolderTest() throws IOException {
    sys = LinuxSyscalls.open();
  }

  private Folder open() throws ErrnoException {
    return Folder.open(sys, place.toString());
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(
        Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
  }

  private void write(Fd file, String text) {
    NativeMemory memory = NativeMemory.allocate(text.length());
    for (int i = 0; i < text.length(); i++) {
      memory.buffer().put(i, (byte) text.charAt(i));
    }
    assertThat(sys.write(file.raw(), memory.address(), text.length())).isEqualTo(text.length());
  }

  private static int errnoOf(Throwable failure) {
    return ((ErrnoException) failure).errno();
  }

  @Test
  void whatIsMadeIsForItsOwnerOnly() throws IOException {
    try (Folder folder = open();
        Folder inner = folder.enter("über");
        Fd file = inner.create("a file")) {
      write(file, "abc");
      assertThat(file.isCloseOnExec()).isTrue();
    }

    assertThat(mode(place.resolve("über"))).isEqualTo("rwx------");
    assertThat(mode(place.resolve("über/a file"))).isEqualTo("rw-------");
    assertThat(place.resolve("über/a file")).hasContent("abc");
  }

  @Test
  void existingFolderIsEnteredAsItIs() throws IOException {
    Files.createDirectory(
        place.resolve("in"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));

    try (Folder folder = open();
        Folder inner = folder.enter("in")) {
      inner.create("x").close();
    }

    assertThat(mode(place.resolve("in"))).isEqualTo("rwxr-x---");
    assertThat(place.resolve("in/x")).exists();
  }

  @Test
  void linkIsFollowedByOpenAndNeverByEnter() throws IOException {
    Path target = Files.createDirectory(place.resolve("target"));
    Path link = Files.createSymbolicLink(place.resolve("link"), target);

    try (Folder through = Folder.open(sys, link.toString())) {
      through.create("x").close();
    }
    assertThat(target.resolve("x")).exists();
    try (Folder folder = open()) {
      assertThatThrownBy(() -> folder.enter("link"))
          .hasMessage("open " + link + " (links are not followed): Not a directory (ENOTDIR)");
    }
  }

  @Test
  void fileIsNeverCreatedThroughALink() throws IOException {
    Path victim = place.resolve("victim");
    Files.createSymbolicLink(place.resolve("dangling"), victim);

    try (Folder folder = open()) {
      assertThatThrownBy(() -> folder.create("dangling"))
          .satisfies(failure -> assertThat(errnoOf(failure)).isEqualTo(Errno.EEXIST));
    }
    assertThat(victim).doesNotExist();
  }

  /** 0 is what the kernel does; the others are what old kernels and file systems answer. */
  @ParameterizedTest
  @ValueSource(ints = {0, Errno.EINVAL, Errno.ENOSYS})
  void renameNeverReplaces(int errno) throws IOException {
    Files.writeString(place.resolve("a"), "a");
    Files.writeString(place.resolve("b"), "b");
    Syscalls old =
        new ForwardingSyscalls(sys) {
          @Override
          public int renameat2(int fromDirfd, long from, int toDirfd, long to, int flags) {
            return errno == 0 ? super.renameat2(fromDirfd, from, toDirfd, to, flags) : -errno;
          }
        };

    try (Folder folder = Folder.open(old, place.toString())) {
      assertThatThrownBy(() -> folder.rename("a", "b"))
          .satisfies(failure -> assertThat(errnoOf(failure)).isEqualTo(Errno.EEXIST));
      folder.rename("a", "c");
      assertThatThrownBy(() -> folder.rename("a", "d"))
          .satisfies(failure -> assertThat(errnoOf(failure)).isEqualTo(Errno.ENOENT));
    }

    assertThat(place.resolve("a")).doesNotExist();
    assertThat(place.resolve("b")).hasContent("b");
    assertThat(place.resolve("c")).hasContent("a");
  }

  @Test
  void removingALinkLeavesItsTarget() throws IOException {
    Path target = Files.writeString(place.resolve("target"), "t");
    Files.createSymbolicLink(place.resolve("link"), target);

    try (Folder folder = open()) {
      assertThat(folder.remove("link")).isTrue();
      assertThat(folder.remove("link")).isFalse();
    }

    assertThat(target).hasContent("t");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a/b", "/a", "../a", "a\0b"})
  void onlySingleNamesReachTheKernel(String name) throws IOException {
    try (Folder folder = open()) {
      assertThatThrownBy(() -> folder.create(name)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> folder.enter(name)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void tooLongIsTold() throws IOException {
    try (Folder folder = open()) {
      assertThatThrownBy(() -> folder.create("x".repeat(256)))
          .hasMessageEndingWith("File name too long (ENAMETOOLONG)");
      assertThatThrownBy(() -> folder.create("x".repeat(5000)))
          .hasMessageEndingWith("File name too long (ENAMETOOLONG)");
    }
  }

  @Test
  void pipeIsSplicedIntoAFileAndTheFileIsCutBack() throws IOException {
    try (Folder folder = open();
        Fd file = folder.create("f");
        Pipe pipe = Pipe.create(sys, 1 << 16);
        RawPipe source = new RawPipe(sys, Linux.O_NONBLOCK)) {
      source.write("0123456789");
      assertThat(pipe.fillFrom(source.readEnd.raw(), 100)).isEqualTo(10);

      assertThat(pipe.drainTo(file.raw(), 4)).isEqualTo(4);
      assertThat(pipe.drainTo(file.raw(), 100)).isEqualTo(6);
      assertThat(sys.ftruncate(file.raw(), 7)).isZero();
      assertThat(sys.lseek(file.raw(), 7, Linux.SEEK_SET)).isEqualTo(7);
      write(file, "abc");
    }

    assertThat(place.resolve("f")).hasContent("0123456abc");
  }
}
