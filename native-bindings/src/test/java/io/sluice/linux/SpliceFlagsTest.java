package io.sluice.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The sixth argument of splice(2), which the plain jnr-ffi stub of x86-64 corrupts. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "calls splice(2)")
class SpliceFlagsTest {

  private static final int SPLICE_F_ALL = 0xF;

  private Syscalls sys;
  private RawPipe source;
  private RawPipe target;

  @BeforeEach
  void openBlockingPipes() throws IOException {
    sys = LinuxSyscalls.open();
    source = new RawPipe(sys, Linux.O_CLOEXEC);
    target = new RawPipe(sys, Linux.O_CLOEXEC);
  }

  @AfterEach
  void closePipes() {
    source.close();
    target.close();
  }

  private long splice(long length, int flags) {
    return sys.splice(source.readEnd.raw(), target.writeEnd.raw(), length, flags);
  }

  @Test
  @Timeout(10)
  @DisplayName("1: the sixth argument arrives: it is all that keeps this call from waiting")
  void nonBlockArrives() {
    // Both ends would wait, so only the flag makes this return; garbage makes it EINVAL.
    assertThat(splice(1, Linux.SPLICE_F_NONBLOCK)).isEqualTo(-Errno.EAGAIN);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, Linux.SPLICE_F_MOVE, Linux.SPLICE_F_NONBLOCK, 3})
  void goodFlagsMoveTheBytes(int flags) {
    source.write("abc");

    assertThat(splice(3, flags)).isEqualTo(3);
    assertThat(target.read()).isEqualTo("abc");
  }

  @Test
  @DisplayName("1: so does each of its bits: the kernel refuses those that it does not know")
  void everyUndefinedBitIsRefused() {
    source.write("abc");

    for (int bit = 0; bit < Integer.SIZE; bit++) {
      int flag = 1 << bit;
      if ((flag & SPLICE_F_ALL) == 0) {
        assertThat(splice(1, Linux.SPLICE_F_NONBLOCK | flag))
            .as("flag 0x%x", flag)
            .isEqualTo(-Errno.EINVAL);
      }
    }
    assertThat(splice(3, Linux.SPLICE_F_NONBLOCK)).isEqualTo(3);
  }

  @Test
  @DisplayName("14: the length asked for is below SSIZE_MAX, beyond which a socket refuses")
  void theLargestTransferIsAcceptedAndSizeMaxIsNot() throws IOException {
    // The kernel checks the length against SSIZE_MAX for sockets; a pipe takes any.
    try (TcpPair tcp = new TcpPair(sys)) {
      int in = tcp.server.raw();
      int out = target.writeEnd.raw();

      assertThat(sys.splice(in, out, Pipe.TRANSFER_BYTES_MAX, Linux.SPLICE_F_NONBLOCK))
          .isEqualTo(-Errno.EAGAIN);
      assertThat(sys.splice(in, out, -1L, Linux.SPLICE_F_NONBLOCK)).isEqualTo(-Errno.EINVAL);
    }
    assertThat(Pipe.TRANSFER_BYTES_MAX).isPositive().isLessThan(Integer.MAX_VALUE);
  }
}
