package io.sluice.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.linux.FaultySyscalls.Call;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(value = OS.LINUX, disabledReason = "makes Linux system calls")
class FdTest {

  private final FaultySyscalls sys;

  FdTest() throws IOException {
    sys = new FaultySyscalls(LinuxSyscalls.open(), 1);
  }

  private Fd eventfd(int flags) {
    return new Fd(sys, sys.eventfd(0, flags));
  }

  @Test
  void isClosedExactlyOnce() {
    Fd fd = eventfd(Linux.EFD_CLOEXEC);
    int raw = fd.raw();

    fd.close();
    fd.close();

    assertThat(sys.calls(Call.CLOSE)).isEqualTo(1);
    assertThat(sys.fcntl(raw, Linux.F_GETFD, 0)).isEqualTo(-Errno.EBADF);
    assertThat(fd.isOpen()).isFalse();
  }

  @Test
  void closeIsNotRetriedAfterEintr() {
    sys.failAlways(Call.CLOSE, Errno.EINTR);

    eventfd(Linux.EFD_CLOEXEC).close();

    assertThat(sys.calls(Call.CLOSE)).isEqualTo(1);
  }

  @Test
  void useAfterCloseIsAnAssertion() {
    Fd fd = eventfd(Linux.EFD_CLOEXEC);
    fd.close();

    assertThatThrownBy(fd::raw).isInstanceOf(AssertionError.class).hasMessageContaining("close");
  }

  @Test
  void anErrorIsNotADescriptor() {
    assertThatThrownBy(() -> new Fd(sys, -Errno.EMFILE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-24");
  }

  @Test
  void anInheritedDescriptorBecomesNonBlockingAndCloseOnExec() {
    try (Fd fd = eventfd(0)) {
      assertThat(fd.isNonBlocking()).isFalse();
      assertThat(fd.isCloseOnExec()).isFalse();

      assertThat(fd.adopt()).isZero();

      assertThat(fd.isNonBlocking()).isTrue();
      assertThat(fd.isCloseOnExec()).isTrue();
    }
  }

  @Test
  void acceptedAndConnectedSocketsAreNonBlockingAndCloseOnExec() throws IOException {
    try (TcpPair tcp = new TcpPair(sys)) {
      for (Fd fd : new Fd[] {tcp.listener, tcp.client, tcp.server}) {
        assertThat(fd.isNonBlocking()).isTrue();
        assertThat(fd.isCloseOnExec()).isTrue();
      }
    }
  }
}
