package io.sluice.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.linux.FaultySyscalls.Call;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@EnabledOnOs(value = OS.LINUX, disabledReason = "makes Linux system calls")
class PipeTest {

  private static final int DEFAULT_BYTES = 65536;
  private static final int ONE_SLOT_BYTES = 4096;
  private static final int RAW = Linux.O_NONBLOCK | Linux.O_CLOEXEC;

  private FaultySyscalls sys;
  private RawPipe source;
  private RawPipe target;
  private Pipe pipe;

  @BeforeEach
  void openPipes() throws IOException {
    sys = new FaultySyscalls(LinuxSyscalls.open(), 1);
    source = new RawPipe(sys, RAW);
    target = new RawPipe(sys, RAW);
    pipe = Pipe.create(sys, DEFAULT_BYTES);
  }

  @AfterEach
  void closePipes() {
    pipe.close();
    source.close();
    target.close();
  }

  private void fill(String ascii) {
    source.write(ascii);
    assertThat(pipe.fillFrom(source.readEnd.raw(), Long.MAX_VALUE)).isEqualTo(ascii.length());
  }

  @Test
  void isBornNonBlockingEmptyAndWithTheWantedCapacity() {
    try (Pipe large = Pipe.create(sys, 1 << 20)) {
      assertThat(large.isOpen()).isTrue();
      assertThat(large.errno()).isZero();
      assertThat(large.bytes()).isZero();
      assertThat(large.capacityBytes()).isEqualTo(1 << 20);
      assertThat(sys.fcntl(large.readFd(), Linux.F_GETFL, 0) & Linux.O_NONBLOCK).isNotZero();
      assertThat(sys.fcntl(large.writeFd(), Linux.F_GETFL, 0) & Linux.O_NONBLOCK).isNotZero();
      assertThat(sys.fcntl(large.readFd(), Linux.F_GETFD, 0)).isEqualTo(Linux.FD_CLOEXEC);
      assertThat(large.isRunt()).isFalse();
    }
  }

  @Test
  void theCountIsTheKernelsAfterEveryPartialDrain() {
    fill("a".repeat(5000));
    fill("b".repeat(313));
    StringBuilder out = new StringBuilder();
    long[] steps = {1, 7, 4096, 100, 1000, 109};
    long expected = 5313;
    for (long step : steps) {
      assertThat(pipe.bytes()).isEqualTo(expected).isEqualTo(pipe.kernelBytes());

      assertThat(pipe.drainTo(target.writeEnd.raw(), step)).isEqualTo(step);
      expected -= step;
      out.append(target.read());
    }
    assertThat(pipe.bytes()).isZero();
    assertThat(pipe.kernelBytes()).isZero();
    assertThat(out).hasToString("a".repeat(5000) + "b".repeat(313));
  }

  @Test
  @DisplayName("7, 16: no more than is there, no SPLICE_F_MORE, always SPLICE_F_NONBLOCK")
  void aDrainNeverAsksForMoreThanThePipeHoldsNorForMore() throws IOException {
    List<Long> lengths = new ArrayList<>();
    List<Integer> flags = new ArrayList<>();
    Syscalls spy =
        new ForwardingSyscalls(sys) {
          @Override
          public long splice(int fdIn, int fdOut, long length, int flagBits) {
            lengths.add(length);
            flags.add(flagBits);
            return super.splice(fdIn, fdOut, length, flagBits);
          }
        };
    try (Pipe observed = Pipe.create(spy, DEFAULT_BYTES)) {
      source.write("hello");
      observed.fillFrom(source.readEnd.raw(), Long.MAX_VALUE);
      observed.drainTo(target.writeEnd.raw(), Long.MAX_VALUE);
    }
    assertThat(lengths).containsExactly(Pipe.TRANSFER_BYTES_MAX, 5L);
    assertThat(flags).containsOnly(Linux.SPLICE_F_MOVE | Linux.SPLICE_F_NONBLOCK);
  }

  @Test
  void emptySourceIsEagainAndClosedSourceIsZero() {
    assertThat(pipe.fillFrom(source.readEnd.raw(), 10)).isEqualTo(-Errno.EAGAIN);

    source.writeEnd.close();

    assertThat(pipe.fillFrom(source.readEnd.raw(), 10)).isZero();
    assertThat(pipe.bytes()).isZero();
  }

  @Test
  void onePipeSlotIsFullWithOneByte() {
    try (Pipe small = Pipe.create(sys, ONE_SLOT_BYTES)) {
      source.write("ab");

      assertThat(small.fillFrom(source.readEnd.raw(), 1)).isEqualTo(1);
      assertThat(small.fillFrom(source.readEnd.raw(), 1)).isEqualTo(-Errno.EAGAIN);
      assertThat(small.bytes()).isEqualTo(1).isLessThan(small.capacityBytes());
    }
  }

  @Test
  void teeDuplicatesExactlyAndConsumesNothing() {
    fill("duplicate me");
    try (Pipe mirror = Pipe.create(sys, DEFAULT_BYTES)) {
      assertThat(pipe.teeTo(mirror, 9)).isEqualTo(9);
      assertThat(mirror.bytes()).isEqualTo(9).isEqualTo(mirror.kernelBytes());
      assertThat(pipe.bytes()).isEqualTo(12).isEqualTo(pipe.kernelBytes());

      assertThat(pipe.teeTo(mirror, Long.MAX_VALUE)).as("from the head again").isEqualTo(12);

      assertThat(mirror.drainTo(target.writeEnd.raw(), 21)).isPositive();
      while (mirror.bytes() > 0) {
        assertThat(mirror.drainTo(target.writeEnd.raw(), 21)).isPositive();
      }
      assertThat(target.read()).isEqualTo("duplicateduplicate me");
      assertThat(pipe.drainTo(target.writeEnd.raw(), 12)).isEqualTo(12);
      assertThat(target.read()).isEqualTo("duplicate me");
    }
  }

  @Test
  void teeIntoAPipeWithFewerSlotsIsShortThenEagain() {
    fill("0123456789");
    fill("abcdefghij");
    try (Pipe mirror = Pipe.create(sys, ONE_SLOT_BYTES)) {
      assertThat(pipe.teeTo(mirror, 20)).isEqualTo(10);
      assertThat(mirror.bytes()).isEqualTo(10).isEqualTo(mirror.kernelBytes());
      assertThat(pipe.teeTo(mirror, 20)).isEqualTo(-Errno.EAGAIN);
      assertThat(mirror.bytes()).isEqualTo(10);
    }
  }

  @Test
  void signalsAreRetriedAndOtherErrorsChangeNoCount() {
    fill("abc");
    sys.failNth(Call.SPLICE, 1, Errno.EINTR).failNth(Call.SPLICE, 3, Errno.EPIPE);

    assertThat(pipe.drainTo(target.writeEnd.raw(), 1)).isEqualTo(1);
    assertThat(pipe.drainTo(target.writeEnd.raw(), 1)).isEqualTo(-Errno.EPIPE);
    assertThat(pipe.bytes()).isEqualTo(2).isEqualTo(pipe.kernelBytes());
    assertThat(sys.injected(Call.SPLICE)).isEqualTo(2);
  }

  @Test
  void aDrainOfNothingIsAnErrorAndNeverLooksLikeEof() {
    Syscalls broken =
        new ForwardingSyscalls(sys) {
          @Override
          public long splice(int fdIn, int fdOut, long length, int flags) {
            return fdIn == source.readEnd.raw() ? super.splice(fdIn, fdOut, length, flags) : 0;
          }
        };
    try (Pipe odd = Pipe.create(broken, DEFAULT_BYTES)) {
      source.write("x");
      odd.fillFrom(source.readEnd.raw(), 1);

      assertThat(odd.drainTo(target.writeEnd.raw(), 1)).isEqualTo(-Errno.EIO);
    }
    assertThatThrownBy(() -> pipe.drainTo(target.writeEnd.raw(), 1))
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> pipe.fillFrom(source.readEnd.raw(), 0))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void withoutDescriptorsItIsBornClosedAndSaysWhy() {
    sys.failNth(Call.PIPE2, 1, Errno.EMFILE);

    try (Pipe none = Pipe.create(sys, DEFAULT_BYTES)) {
      assertThat(none.isOpen()).isFalse();
      assertThat(none.errno()).isEqualTo(Errno.EMFILE);
      assertThat(none.fillFrom(source.readEnd.raw(), 1)).isEqualTo(-Errno.EBADF);
    }
    assertThat(sys.calls(Call.CLOSE)).isZero();
  }

  @Test
  void aRefusedResizeKeepsTheDefaultWhichIsNoRunt() {
    sys.failFcntl(Linux.F_SETPIPE_SZ, Errno.EPERM);

    try (Pipe kept = Pipe.create(sys, 1 << 20)) {
      assertThat(kept.capacityBytes()).isEqualTo(DEFAULT_BYTES);
      assertThat(kept.isRunt()).isFalse();
    }
    assertThat(sys.injected(Call.FCNTL)).isEqualTo(1);
  }

  @Test
  void twoSlotsAreARunt() {
    Syscalls overLimit =
        new ForwardingSyscalls(sys) {
          @Override
          public int fcntl(int fd, int command, int argument) {
            return switch (command) {
              case Linux.F_GETPIPE_SZ -> 8192;
              case Linux.F_SETPIPE_SZ -> -Errno.EPERM;
              default -> super.fcntl(fd, command, argument);
            };
          }
        };
    try (Pipe runt = Pipe.create(overLimit, DEFAULT_BYTES)) {
      assertThat(runt.capacityBytes()).isEqualTo(8192);
      assertThat(runt.isRunt()).isTrue();
    }
  }

  @Test
  void runtsAreToldBySlotsNotByBytes() {
    assertThat(Pipe.isRunt(8192, 65536, 4096)).isTrue();
    assertThat(Pipe.isRunt(65536, 1 << 20, 4096)).isFalse();
    assertThat(Pipe.isRunt(8192, 8192, 4096)).as("wanted so").isFalse();
    assertThat(Pipe.isRunt(131_072, 1 << 20, 65536)).as("two slots of 64 KiB").isTrue();
    assertThat(Pipe.isRunt(1 << 20, 1 << 20, 65536)).isFalse();
    assertThat(Pipe.isRunt(0, 65536, 4096)).isTrue();
  }

  @Test
  void closeReleasesBothEndsOnce() {
    int before = openDescriptors();
    Pipe extra = Pipe.create(sys, DEFAULT_BYTES);
    assertThat(openDescriptors()).isEqualTo(before + 2);

    extra.close();
    extra.close();

    assertThat(openDescriptors()).isEqualTo(before);
    assertThat(sys.calls(Call.CLOSE)).isEqualTo(2);
    assertThat(extra.isOpen()).isFalse();
    assertThat(extra.errno()).isZero();
  }

  @Test
  @DisplayName("25: a target that has reset raises SIGPIPE: the bytes stay, and so does the JVM")
  void aResetTargetKeepsTheBytesAndTheJvmAlive() throws IOException {
    try (TcpPair tcp = new TcpPair(sys)) {
      fill("lost");
      tcp.resetByClient();

      long reset = pipe.drainTo(tcp.server.raw(), 4);
      long broken = pipe.drainTo(tcp.server.raw(), 4); // This one raises SIGPIPE.

      assertThat(reset).isIn((long) -Errno.ECONNRESET, (long) -Errno.EPIPE);
      assertThat(broken).isEqualTo(-Errno.EPIPE);
      assertThat(pipe.bytes()).isEqualTo(4).isEqualTo(pipe.kernelBytes());
    }
  }

  @ParameterizedTest(name = "java {0}")
  @ValueSource(strings = {"-Xrs", "-Xint"})
  @DisplayName("25: SIGPIPE of a splice does not end the JVM, even one that leaves signals alone")
  void sigpipeDoesNotEndTheJvm(String option) throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                option,
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                SigpipeChild.class.getName())
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .start();
    try (InputStream output = child.getInputStream()) {
      String said = new String(output.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(child.waitFor()).as(said).isZero();
    } finally {
      child.destroyForcibly();
    }
  }

  @Test
  @DisplayName("3: a pipe may hold more bytes than its size says, and the count is still exact")
  void aPipeMayHoldMoreThanItsCapacity() throws IOException {
    NativeMemory chunk = NativeMemory.allocate(DEFAULT_BYTES);
    try (TcpPair tcp = new TcpPair(sys)) {
      long filled;
      do {
        sys.send(tcp.client.raw(), chunk.address(), chunk.bytes(), Linux.MSG_NOSIGNAL);
        tcp.awaitUnread(1);
        filled = pipe.fillFrom(tcp.server.raw(), Long.MAX_VALUE);
        assertThat(pipe.bytes()).isEqualTo(pipe.kernelBytes());
      } while (filled > 0);

      assertThat(filled).isEqualTo(-Errno.EAGAIN);
      assertThat(pipe.bytes()).isGreaterThan(pipe.capacityBytes());
    }
  }

  private static int openDescriptors() {
    return OpenDescriptors.now().size();
  }
}
