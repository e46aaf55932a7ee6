package io.sluice.bench.methods;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.Linux;
import io.sluice.linux.LinuxSyscalls;
import io.sluice.linux.NativeMemory;
import io.sluice.linux.Syscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every way moves the very bytes that it is measured for. */
class MoverTest {

  private static final int BYTES = 40 << 10;
  private static final int POSITION = 64 << 10;
  private static final byte[] CONTENT = content();

  @TempDir private Path folder;
  private Syscalls syscalls;
  private BlockingPair target;

  private static byte[] content() {
    byte[] content = new byte[POSITION + BYTES];
    new Random(7).nextBytes(content);
    return content;
  }

  @BeforeEach
  void open() throws IOException {
    syscalls = LinuxSyscalls.open();
    target = new BlockingPair(syscalls);
  }

  @AfterEach
  void close() {
    target.close();
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void fileArrivesAsItIs(Way way) throws IOException {
    Path file = Files.write(folder.resolve("file"), CONTENT);
    int in = TeeMover.openFile(syscalls, file.toString(), Linux.O_RDONLY);
    try (Mover mover = way.open(syscalls)) {
      syscalls.lseek(in, POSITION, Linux.SEEK_SET);
      long calls = mover.move(in, POSITION, target.near(), BYTES);

      assertThat(calls).isPositive();
      assertArrived();
    } finally {
      syscalls.close(in);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Way.class,
      names = {"MAP", "SENDFILE"},
      mode = EnumSource.Mode.EXCLUDE)
  void socketArrivesAsItIs(Way way) throws IOException {
    NativeMemory message = NativeMemory.allocate(BYTES);
    message.buffer().put(0, CONTENT, POSITION, BYTES);
    try (BlockingPair feed = new BlockingPair(syscalls);
        Mover mover = way.open(syscalls)) {
      assertThat(syscalls.send(feed.far(), message.address(), BYTES, Linux.MSG_NOSIGNAL))
          .isEqualTo(BYTES);
      mover.move(feed.near(), 0, target.near(), BYTES);

      assertArrived();
    }
  }

  private void assertArrived() {
    NativeMemory got = NativeMemory.allocate(BYTES);
    int arrived = 0;
    while (arrived < BYTES) {
      long count = syscalls.recv(target.far(), got.address() + arrived, BYTES - arrived, 0);
      assertThat(count).isPositive();
      arrived += (int) count;
    }
    byte[] bytes = new byte[BYTES];
    got.buffer().get(0, bytes);
    assertThat(bytes).isEqualTo(Arrays.copyOfRange(CONTENT, POSITION, POSITION + BYTES));
  }
}
