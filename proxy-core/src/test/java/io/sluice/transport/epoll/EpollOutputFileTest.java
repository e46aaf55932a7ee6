package io.sluice.transport.epoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.linux.Errno;
import io.sluice.linux.FaultySyscalls;
import io.sluice.linux.FaultySyscalls.Call;
import io.sluice.linux.ForwardingSyscalls;
import io.sluice.linux.Linux;
import io.sluice.linux.LinuxSyscalls;
import io.sluice.linux.NativeMemory;
import io.sluice.linux.Pipe;
import io.sluice.linux.Syscalls;
import io.sluice.transport.BelowPath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@EnabledOnOs(value = OS.LINUX, disabledReason = "makes Linux system calls")
class EpollOutputFileTest {

  private static final int BYTES = 40_000;

  /** open(2), asm-generic/fcntl.h. */
  private static final int O_APPEND = 0x400;

  @TempDir private Path place;
  private FaultySyscalls sys;
  private byte[] content;
  private final List<Integer> refusals = new ArrayList<>();

  @BeforeEach
  void make() throws IOException {
    sys = new FaultySyscalls(LinuxSyscalls.open(), 1);
    content = new byte[BYTES];
    new Random(2).nextBytes(content);
  }

  private EpollOutputFile create() throws IOException {
    return EpollOutputFile.create(sys, BelowPath.of(place, "f"), this::onRefused);
  }

  private void onRefused(BelowPath file, int errno) {
    assertThat(file).hasToString(place + "/f");
    refusals.add(errno);
  }

  /** A pipe that holds {@code content}, spliced from a file of it. */
  private Pipe filledPipe() throws IOException {
    Path source = Files.write(place.resolve("source"), content);
    Pipe pipe = Pipe.create(sys, 1 << 20);
    int fd = openForReading(source);
    while (pipe.bytes() < BYTES) {
      assertThat(pipe.fillFrom(fd, BYTES - pipe.bytes())).isPositive();
    }
    sys.close(fd);
    return pipe;
  }

  private int openForReading(Path file) {
    NativeMemory path = NativeMemory.allocate(4096);
    path.buffer().put(0, (file + "\0").getBytes(StandardCharsets.UTF_8));
    int fd = sys.open(path.address(), 0, 0);
    assertThat(fd).isNotNegative();
    return fd;
  }

  @Test
  void pipeIsSplicedToTheByte() throws IOException {
    sys.cap(Call.SPLICE, 1000).randomizeCaps().failEvery(Call.SPLICE, 3, Errno.EINTR);
    try (Pipe pipe = filledPipe();
        EpollOutputFile file = create()) {
      file.splice(pipe, 1);
      file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
      file.splice(pipe, BYTES - 2);

      assertThat(pipe.bytes()).isEqualTo(1);
      assertThat(file.position()).isEqualTo(BYTES + 2);
    }

    byte[] written = Files.readAllBytes(place.resolve("f"));
    assertThat(written).startsWith(content[0], 1, 2, 3);
    assertThat(Arrays.copyOfRange(written, 4, written.length))
        .isEqualTo(Arrays.copyOfRange(content, 1, BYTES - 1));
  }

  @Test
  void failedSpliceSaysHowFarItCame() throws IOException {
    try (Pipe pipe = filledPipe();
        EpollOutputFile file = create()) {
      sys.cap(Call.SPLICE, 10_000).failNth(Call.SPLICE, 3, Errno.EDQUOT);

      assertThatThrownBy(() -> file.splice(pipe, BYTES))
          .hasMessage("splice " + place + "/f: Disk quota exceeded (EDQUOT)");
      assertThat(file.position()).isEqualTo(20_000);
      assertThat(pipe.bytes()).isEqualTo(BYTES - 20_000);
    }
    assertThat(place.resolve("f")).hasSize(20_000);
  }

  /** An openat(2) that adds O_APPEND to what is created. */
  private Syscalls appending() {
    return new ForwardingSyscalls(sys) {
      @Override
      public int openat(int dirfd, long name, int flags, int mode) {
        boolean creates = (flags & Linux.O_CREAT) != 0;
        return super.openat(dirfd, name, creates ? flags | O_APPEND : flags, mode);
      }
    };
  }

  @Test
  @DisplayName("24: the kernel refuses splice to O_APPEND with EINVAL, and the file is copied to")
  void fileForAppendingIsCopiedTo() throws IOException {
    sys.cap(Call.READ, 30_000).failEvery(Call.READ, 2, Errno.EINTR);
    try (Pipe pipe = filledPipe();
        EpollOutputFile file =
            EpollOutputFile.create(appending(), BelowPath.of(place, "f"), this::onRefused)) {
      assertThat(pipe.drainTo(file.fd(), 1)).isEqualTo(-Errno.EINVAL);
      file.splice(pipe, 1);
      file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
      file.splice(pipe, BYTES - 2);

      assertThat(pipe.bytes()).isEqualTo(1).isEqualTo(pipe.kernelBytes());
      assertThat(file.position()).isEqualTo(BYTES + 2);
    }

    byte[] written = Files.readAllBytes(place.resolve("f"));
    assertThat(written).startsWith(content[0], 1, 2, 3);
    assertThat(Arrays.copyOfRange(written, 4, written.length))
        .isEqualTo(Arrays.copyOfRange(content, 1, BYTES - 1));
    assertThat(refusals).containsExactly(Errno.EINVAL);
  }

  @Test
  @DisplayName("24: what a mirror writes is opened without O_APPEND, so that splice works")
  void filesAreNotOpenedForAppending() throws IOException {
    try (EpollOutputFile file = create()) {
      assertThat(sys.fcntl(file.fd(), Linux.F_GETFL, 0) & O_APPEND).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {Errno.EINVAL, Errno.ENOSYS, Errno.EPERM, Errno.EOPNOTSUPP})
  @DisplayName("24: a refusal in the middle is exact, and the file does not ask again")
  void refusalInTheMiddleIsExact(int errno) throws IOException {
    try (Pipe pipe = filledPipe();
        EpollOutputFile file = create()) {
      sys.cap(Call.SPLICE, 10_000).failNth(Call.SPLICE, 3, errno);
      long before = sys.calls(Call.SPLICE);
      file.splice(pipe, BYTES);

      assertThat(file.position()).isEqualTo(BYTES);
      assertThat(pipe.bytes()).isZero();
      assertThat(sys.calls(Call.SPLICE) - before).isEqualTo(3);
    }
    assertThat(place.resolve("f")).hasBinaryContent(content);
    assertThat(refusals).containsExactly(errno);
  }

  @Test
  void failedCopySaysHowFarItCame() throws IOException {
    try (Pipe pipe = filledPipe();
        EpollOutputFile file = create()) {
      sys.failAlways(Call.SPLICE, Errno.EINVAL).cap(Call.WRITE, 15_000);
      sys.failNth(Call.WRITE, 2, Errno.ENOSPC);

      assertThatThrownBy(() -> file.splice(pipe, BYTES))
          .hasMessage("write " + place + "/f: No space left on device (ENOSPC)");
      assertThat(file.position()).isEqualTo(15_000);
    }
    assertThat(place.resolve("f")).hasBinaryContent(Arrays.copyOf(content, 15_000));
  }

  @Test
  void shortWritesAreContinuedAndInterruptedOnesRepeated() throws IOException {
    sys.cap(Call.WRITE, 777).failEvery(Call.WRITE, 4, Errno.EINTR);
    try (EpollOutputFile file = create()) {
      file.write(ByteBuffer.wrap(content));
      assertThat(file.position()).isEqualTo(BYTES);
    }
    assertThat(place.resolve("f")).hasBinaryContent(content);
  }

  @Test
  void readOnlyFileSystemIsTold() throws IOException {
    try (EpollOutputFile file = create()) {
      sys.failNth(Call.WRITE, 1, Errno.EROFS);
      assertThatThrownBy(() -> file.write(ByteBuffer.allocate(1)))
          .hasMessage("write " + place + "/f: Read-only file system (EROFS)");
    }
  }

  @Test
  void nothingIsLeftOpen() throws IOException {
    long before = ownDescriptors();
    for (int round = 0; round < 20; round++) {
      try (EpollOutputFile file =
          EpollOutputFile.create(
              sys, BelowPath.of(place, "a/b/c/" + round + ".part"), this::onRefused)) {
        file.rename(String.valueOf(round));
      }
      BelowPath linked = BelowPath.of(place, "a/b/c/" + round + "/d");
      assertThatThrownBy(() -> EpollOutputFile.create(sys, linked, this::onRefused))
          .isInstanceOf(IOException.class);
      EpollOutputFile.rotate(sys, BelowPath.of(place, "a/b/c/0"), 2);
      if (round > 0) {
        Files.deleteIfExists(place.resolve("a/b/c/0.1"));
      }
    }
    // The JVM opens and closes files of its own meanwhile.
    assertThat(ownDescriptors()).isLessThan(before + 10);
  }

  private static long ownDescriptors() throws IOException {
    try (var open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }
}
