package io.sluice.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(value = OS.LINUX, disabledReason = "makes Linux system calls")
class FileSourceTest {
  private static final int FILE_BYTES = 8 << 20;

  @TempDir private Path folder;
  private final Syscalls sys;

  FileSourceTest() throws IOException {
    sys = LinuxSyscalls.open();
  }

  private byte[] content(Path file) throws IOException {
    byte[] content = new byte[FILE_BYTES];
    new Random(1).nextBytes(content);
    Files.write(file, content);
    return content;
  }

  @Test
  void rangesArriveInAnyOrder() throws IOException {
    Path file = folder.resolve("né \"file\"");
    byte[] content = content(file);
    int[][] ranges = {{0, 100}, {100, 50}, {1_000_000, 3000}, {7, 1}, {FILE_BYTES - 5, 5}};

    try (FileSource source = FileSource.open(sys, file);
        Pipe pipe = Pipe.create(sys, 65_536)) {
      NativeMemory memory = NativeMemory.allocate(4096);
      for (int[] range : ranges) {
        assertThat(source.sendTo(pipe.writeFd(), range[0], range[1])).isEqualTo(range[1]);
        assertThat(sys.read(pipe.readFd(), memory.address(), 4096)).isEqualTo(range[1]);
        byte[] read = new byte[range[1]];
        memory.buffer().get(0, read);
        assertThat(read).isEqualTo(Arrays.copyOfRange(content, range[0], range[0] + range[1]));
      }
    }
  }

  @Test
  void lseekIsCalledOnlyBetweenRangesThatDoNotFollow() throws IOException {
    Path file = folder.resolve("file");
    content(file);
    int[] seeks = new int[1];
    Syscalls counting =
        new ForwardingSyscalls(sys) {
          @Override
          public long lseek(int fd, long offset, int whence) {
            seeks[0]++;
            return super.lseek(fd, offset, whence);
          }
        };

    try (FileSource source = FileSource.open(counting, file);
        Pipe pipe = Pipe.create(sys, 65_536)) {
      assertThat(source.sendTo(pipe.writeFd(), 0, 10)).isEqualTo(10);
      assertThat(source.sendTo(pipe.writeFd(), 10, 10)).isEqualTo(10);
      assertThat(seeks[0]).isZero();
      assertThat(source.sendTo(pipe.writeFd(), 100, 10)).isEqualTo(10);
      assertThat(seeks[0]).isEqualTo(1);
    }
  }

  @Test
  void fullSocketIsEagainAndTheRestFollows() throws IOException {
    Path file = folder.resolve("file");
    byte[] content = content(file);

    try (FileSource source = FileSource.open(sys, file);
        TcpPair pair = new TcpPair(sys)) {
      ByteArrayOutputStream received = new ByteArrayOutputStream();
      NativeMemory memory = NativeMemory.allocate(1 << 20);
      long sent = 0;
      boolean wasFull = false;
      while (received.size() < FILE_BYTES) {
        long result =
            sent == FILE_BYTES
                ? -Errno.EAGAIN
                : source.sendTo(pair.client.raw(), sent, FILE_BYTES - sent);
        if (result > 0) {
          sent += result;
          continue;
        }
        assertThat(result).isEqualTo(-Errno.EAGAIN);
        wasFull |= sent < FILE_BYTES;
        long taken = sys.recv(pair.server.raw(), memory.address(), memory.bytes(), 0);
        for (int i = 0; i < taken; i++) {
          received.write(memory.buffer().get(i));
        }
      }
      assertThat(wasFull).isTrue();
      assertThat(received.toByteArray()).isEqualTo(content);
    }
  }

  @Test
  void endOfTheFileIsZeroAndAClosedPipeAnError() throws IOException {
    Path file = folder.resolve("file");
    content(file);
    try (FileSource source = FileSource.open(sys, file);
        TcpPair pair = new TcpPair(sys)) {
      assertThat(source.sendTo(pair.client.raw(), FILE_BYTES, 1)).isZero();
      assertThat(sys.shutdown(pair.client.raw(), Linux.SHUT_WR)).isZero();
      assertThat(source.sendTo(pair.client.raw(), 0, 1)).isEqualTo(-Errno.EPIPE);
    }
  }

  @Test
  void missingFileIsNamed() {
    Path file = folder.resolve("none");
    assertThatThrownBy(() -> FileSource.open(sys, file))
        .isInstanceOf(ErrnoException.class)
        .hasMessageContaining("open " + file)
        .hasMessageContaining("ENOENT");
  }
}
