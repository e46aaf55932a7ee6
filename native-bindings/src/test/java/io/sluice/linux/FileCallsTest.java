package io.sluice.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(value = OS.LINUX, disabledReason = "makes Linux system calls")
class FileCallsTest {

  /** A multiple of every page size in use. */
  private static final int BLOCK_BYTES = 64 << 10;

  @TempDir private Path folder;
  private final Syscalls sys;
  private int file;

  FileCallsTest() throws IOException {
    sys = LinuxSyscalls.open();
  }

  /** Two blocks: zeros, then ones. */
  @BeforeEach
  void write() throws IOException {
    byte[] content = new byte[2 * BLOCK_BYTES];
    Arrays.fill(content, BLOCK_BYTES, content.length, (byte) 1);
    file = open(Files.write(folder.resolve("file"), content).toString());
    assertThat(file).isNotNegative();
  }

  @AfterEach
  void close() {
    sys.close(file);
  }

  private int open(String path) {
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    NativeMemory memory = NativeMemory.allocate(bytes.length + 1);
    memory.buffer().put(0, bytes);
    int fd = sys.open(memory.address(), Linux.O_RDONLY | Linux.O_CLOEXEC, 0);
    assertThat(memory.buffer().get(bytes.length)).isZero();
    return fd;
  }

  @Test
  void missingFileIsMinusEnoent() {
    assertThat(open(folder.resolve("none").toString())).isEqualTo(-Errno.ENOENT);
  }

  @Test
  void mappingBeginsAtItsOffset() {
    long address = sys.mmap(BLOCK_BYTES, Linux.PROT_READ, Linux.MAP_SHARED, file, BLOCK_BYTES);
    assertThat(address).isPositive();

    try (Pipe pipe = Pipe.create(sys, BLOCK_BYTES)) {
      NativeMemory memory = NativeMemory.allocate(1);
      assertThat(sys.write(pipe.writeFd(), address, 1)).isEqualTo(1);
      assertThat(sys.read(pipe.readFd(), memory.address(), 1)).isEqualTo(1);
      assertThat(memory.buffer().get(0)).isEqualTo((byte) 1);
    }
    assertThat(sys.munmap(address, BLOCK_BYTES)).isZero();
  }

  @Test
  void sendfileGoesOnFromTheFilesOffset() {
    NativeMemory memory = NativeMemory.allocate(1);
    try (Pipe pipe = Pipe.create(sys, BLOCK_BYTES)) {
      assertThat(sys.lseek(file, BLOCK_BYTES, Linux.SEEK_SET)).isEqualTo(BLOCK_BYTES);
      assertThat(sys.sendfile(pipe.writeFd(), file, 1)).isEqualTo(1);
      assertThat(sys.read(pipe.readFd(), memory.address(), 1)).isEqualTo(1);
      assertThat(memory.buffer().get(0)).isEqualTo((byte) 1);
      assertThat(sys.read(file, memory.address(), 1)).isEqualTo(1);
      assertThat(sys.lseek(file, 2 * BLOCK_BYTES, Linux.SEEK_SET)).isEqualTo(2 * BLOCK_BYTES);
      assertThat(sys.sendfile(pipe.writeFd(), file, 1)).isZero();
    }
  }
}
