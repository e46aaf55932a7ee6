package io.sluice.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.FaultySyscalls.Call;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Row 24: what splice(2) refuses to write to, and that nothing is lost by asking. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "makes Linux system calls")
class SpliceToFileTest {
  private static final String TEXT = "what is in the pipe";
  private static final int O_APPEND = 0x400;

  @TempDir private Path folder;
  private FaultySyscalls sys;
  private Pipe pipe;
  private final NativeMemory memory = NativeMemory.allocate(1024);

  @BeforeEach
  void fillPipe() throws IOException {
    sys = new FaultySyscalls(LinuxSyscalls.open(), 1);
    pipe = Pipe.create(sys, 65536);
    memory.buffer().put(0, TEXT.getBytes(StandardCharsets.US_ASCII));
    assertThat(pipe.fillFromMemory(memory.address(), TEXT.length())).isEqualTo(TEXT.length());
  }

  @AfterEach
  void closePipe() {
    pipe.close();
  }

  private Fd open(Path file, int flags) {
    byte[] name = (file + "\0").getBytes(StandardCharsets.UTF_8);
    memory.buffer().put(0, name);
    int fd = sys.open(memory.address(), Linux.O_WRONLY | Linux.O_CLOEXEC | flags, 0);
    assertThat(fd).isNotNegative();
    return new Fd(sys, fd);
  }

  private void expectRefusal(Fd file) {
    assertThat(pipe.drainTo(file.raw(), 5)).isEqualTo(-Errno.EINVAL);
    assertThat(pipe.bytes()).isEqualTo(TEXT.length()).isEqualTo(pipe.kernelBytes());
    assertThat(read(5) + read(1000)).isEqualTo(TEXT);
    assertThat(pipe.bytes()).isZero();
  }

  private String read(int max) {
    long count = pipe.drainToMemory(memory.address(), max);
    assertThat(count).isBetween(1L, (long) max);
    assertThat(pipe.bytes()).isEqualTo(pipe.kernelBytes());
    byte[] bytes = new byte[(int) count];
    memory.buffer().get(0, bytes);
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  @Test
  @DisplayName("24: a file opened with O_APPEND is refused with EINVAL, and the bytes stay")
  void appendingIsRefused() throws IOException {
    Path file = Files.createFile(folder.resolve("f"));
    try (Fd fd = open(file, O_APPEND)) {
      expectRefusal(fd);
    }
    assertThat(file).isEmptyFile();
  }

  @Test
  @DisplayName("24: a file without splice_write is refused with EINVAL, and the bytes stay")
  void fileWithoutSpliceWriteIsRefused() {
    try (Fd fd = open(Path.of("/dev/full"), 0)) { // Has write(2), which fails, but no splice.
      expectRefusal(fd);
    }
  }

  @Test
  void ordinaryFileIsNotRefused() throws IOException {
    Path file = Files.createFile(folder.resolve("f"));
    try (Fd fd = open(file, 0)) {
      assertThat(pipe.drainTo(fd.raw(), 1000)).isEqualTo(TEXT.length());
    }
    assertThat(file).hasContent(TEXT);
  }

  @Test
  void interruptedReadIsRepeatedAndAFailedOneTakesNothing() {
    sys.failNth(Call.READ, 1, Errno.EINTR).failNth(Call.READ, 3, Errno.EIO);
    assertThat(read(4)).isEqualTo(TEXT.substring(0, 4));

    assertThat(pipe.drainToMemory(memory.address(), 4)).isEqualTo(-Errno.EIO);
    assertThat(read(1000)).isEqualTo(TEXT.substring(4));
  }
}
