package io.sluice.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A pipe that one thread fills and another drains, as a mirror's writer does. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "makes Linux system calls")
class PipeThreadsTest {
  private static final int BYTES = 16 << 20;
  private static final int CHUNK_MAX = 20_000;
  private static final long WAIT_S = 60;

  @ParameterizedTest(name = "pipe of {0} bytes")
  @ValueSource(ints = {4096, 65536, 1 << 20})
  void whatOneThreadFillsAnotherDrainsExactly(int pipeBytes) throws Exception {
    Syscalls sys = LinuxSyscalls.open();
    long seed = System.nanoTime();
    System.out.println("pipe of two threads: seed " + seed);
    ExecutorService drainer = Executors.newSingleThreadExecutor();
    try (Pipe pipe = Pipe.create(sys, pipeBytes)) {
      Callable<String> drain = () -> drain(sys, pipe, seed);
      Future<String> drained = drainer.submit(drain);
      String filled = fill(pipe, seed);
      assertThat(drained.get(WAIT_S, TimeUnit.SECONDS)).isEqualTo(filled);
      assertThat(pipe.bytes()).isZero();
      assertThat(pipe.kernelBytes()).isZero();
    } finally {
      drainer.shutdownNow();
    }
  }

  private static String fill(Pipe pipe, long seed) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    Random random = new Random(seed);
    NativeMemory memory = NativeMemory.allocate(CHUNK_MAX);
    byte[] chunk = new byte[CHUNK_MAX];
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_S);
    int sent = 0;
    while (sent < BYTES) {
      int length = Math.min(1 + random.nextInt(CHUNK_MAX), BYTES - sent);
      random.nextBytes(chunk);
      memory.buffer().put(0, chunk, 0, length);
      long written = pipe.fillFromMemory(memory.address(), length);
      if (written == -Errno.EAGAIN) {
        assertThat(System.nanoTime() - deadline).as("stalled at %d", sent).isNegative();
        Thread.onSpinWait();
        continue;
      }
      assertThat(written).isPositive();
      digest.update(chunk, 0, (int) written);
      sent += (int) written;
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Drains into a pipe of its own, from which it reads. */
  private static String drain(Syscalls sys, Pipe pipe, long seed) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    Random random = new Random(~seed);
    RawPipe out = new RawPipe(sys, Linux.O_NONBLOCK | Linux.O_CLOEXEC);
    NativeMemory memory = NativeMemory.allocate(1 << 16);
    byte[] copy = new byte[1 << 16];
    int drained = 0;
    try {
      while (drained < BYTES) {
        if (Thread.interrupted()) {
          throw new IOException("given up at " + drained);
        }
        long there = pipe.bytes();
        if (there == 0) {
          Thread.onSpinWait();
          continue;
        }
        assertThat(there).isPositive();
        long moved = pipe.drainTo(out.writeEnd.raw(), 1 + random.nextInt(CHUNK_MAX));
        assertThat(moved).isPositive();
        long left = moved;
        while (left > 0) {
          long read = sys.read(out.readEnd.raw(), memory.address(), left);
          assertThat(read).isPositive();
          memory.buffer().get(0, copy, 0, (int) read);
          digest.update(copy, 0, (int) read);
          left -= read;
        }
        drained += (int) moved;
      }
    } finally {
      out.close();
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
