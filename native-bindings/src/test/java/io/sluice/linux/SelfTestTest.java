package io.sluice.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.FaultySyscalls.Call;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@EnabledOnOs(value = OS.LINUX, disabledReason = "tests the Linux system calls")
class SelfTestTest {

  private final FaultySyscalls sys;

  SelfTestTest() throws IOException {
    sys = new FaultySyscalls(LinuxSyscalls.open(), 1);
  }

  @Test
  void thisMachineSupportsEverything() {
    SelfTest.Result result = SelfTest.run();

    assertThat(result.ok()).as(result.reason()).isTrue();
    assertThat(result.spliceWorks()).isTrue();
    assertThat(result.reason()).startsWith("splice, tee and epoll work (").contains(", Linux ");
    assertThat(result.syscalls()).isInstanceOf(LinuxSyscalls.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {Errno.EPERM, Errno.ENOSYS})
  void withoutSpliceEpollIsStillUsed(int errno) {
    SelfTest.Result result = SelfTest.run(sys.failAlways(Call.SPLICE, errno));

    assertThat(result.ok()).isTrue();
    assertThat(result.spliceWorks()).isFalse();
    assertThat(result.reason())
        .startsWith("epoll works, splice does not: splice")
        .contains(Errno.name(errno));
    assertThat(result.syscalls()).isSameAs(sys);
  }

  @Test
  void aForbiddenTeeCountsAsNoSplice() {
    SelfTest.Result result = SelfTest.run(sys.failAlways(Call.TEE, Errno.EPERM));

    assertThat(result.ok()).isTrue();
    assertThat(result.spliceWorks()).isFalse();
    assertThat(result.reason()).contains("tee: Operation not permitted (EPERM)");
  }

  @Test
  void withoutEpollNothingIsUsed() {
    SelfTest.Result result = SelfTest.run(sys.failAlways(Call.EPOLL_WAIT, Errno.ENOSYS));

    assertThat(result.ok()).isFalse();
    assertThat(result.spliceWorks()).isFalse();
    assertThat(result.syscalls()).isNull();
    assertThat(result.reason())
        .isEqualTo("epoll does not work: epoll_wait: Function not implemented (ENOSYS)");
  }

  @Test
  void aMissingFunctionIsAReasonNotACrash() {
    Syscalls oldLibc =
        new ForwardingSyscalls(sys) {
          @Override
          public int eventfd(int initial, int flags) {
            throw new UnsatisfiedLinkError(
                "eventfd:\n  undefined symbol\n\tat a.B.c(B.java:1)\n\tat d.E.f(E.java:2)\n");
          }
        };

    SelfTest.Result result = SelfTest.run(oldLibc);

    assertThat(result.ok()).isFalse();
    assertThat(result.reason())
        .isEqualTo(
            "epoll does not work: java.lang.UnsatisfiedLinkError: eventfd:; undefined symbol");
  }

  @Test
  void corruptedFlagsAreFoundOut() {
    Syscalls garbage =
        new ForwardingSyscalls(sys) {
          @Override
          public long splice(int fdIn, int fdOut, long length, int flags) {
            return super.splice(fdIn, fdOut, length, 0x7F12_3450);
          }
        };

    assertThat(SelfTest.run(garbage).spliceWorks()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"SPLICE", "TEE", "EPOLL_WAIT", "EVENTFD", "PIPE2", "WRITE"})
  void noDescriptorIsLeftBehind(String call) {
    int before = openDescriptors();

    SelfTest.run(sys);
    SelfTest.run(sys.failNth(Call.valueOf(call), 2, Errno.EMFILE));

    assertThat(openDescriptors()).isEqualTo(before);
  }

  private static int openDescriptors() {
    return OpenDescriptors.now().size();
  }
}
