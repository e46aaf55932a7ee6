package io.sluice.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(value = OS.LINUX, disabledReason = "makes Linux system calls")
class EventFdTest {

  @Test
  void signalFromAnotherThreadWakesEpollOnce() throws Exception {
    Syscalls sys = LinuxSyscalls.open();
    try (Epoll epoll = Epoll.create(sys, 4);
        EventFd wakeup = EventFd.create(sys)) {
      assertThat(epoll.add(wakeup.raw(), Linux.EPOLLIN, 42)).isZero();
      assertThat(epoll.await(0)).isZero();

      CompletableFuture<Void> other =
          CompletableFuture.runAsync(
              () -> {
                wakeup.signal();
                wakeup.signal();
              });
      int woken = epoll.await(10_000);
      other.get();

      assertThat(woken).isEqualTo(1);
      assertThat(epoll.data(0)).isEqualTo(42);
      wakeup.drain();
      assertThat(epoll.await(0)).isZero();
    }
  }

  @Test
  void drainWithoutASignalDoesNotWait() throws IOException {
    try (EventFd wakeup = EventFd.create(LinuxSyscalls.open())) {
      assertThat(wakeup.drain()).isZero();
      assertThat(wakeup.signal()).isZero();
      assertThat(wakeup.drain()).isZero();
      assertThat(wakeup.drain()).isZero();
    }
  }

  @Test
  void aSignalAfterCloseReachesNobody() throws IOException {
    Syscalls sys = LinuxSyscalls.open();
    EventFd wakeup = EventFd.create(sys);
    int number = wakeup.raw();
    wakeup.close();
    try (Fd reused = new Fd(sys, sys.eventfd(0, Linux.EFD_NONBLOCK | Linux.EFD_CLOEXEC))) {
      assertThat(wakeup.signal()).isZero();

      NativeMemory memory = NativeMemory.allocate(Long.BYTES);
      assertThat(reused.raw()).isEqualTo(number);
      assertThat(sys.read(reused.raw(), memory.address(), Long.BYTES)).isEqualTo(-Errno.EAGAIN);
    }
  }

  @Test
  void errorsOfTheKernelAreValues() throws IOException {
    FaultySyscalls sys = new FaultySyscalls(LinuxSyscalls.open(), 1);
    try (EventFd wakeup = EventFd.create(sys)) {
      sys.failNth(FaultySyscalls.Call.WRITE, 1, Errno.EINTR)
          .failNth(FaultySyscalls.Call.WRITE, 3, Errno.EPERM)
          .failNth(FaultySyscalls.Call.READ, 1, Errno.EPERM);

      assertThat(wakeup.signal()).isZero();
      assertThat(wakeup.signal()).isEqualTo(-Errno.EPERM);
      assertThat(wakeup.drain()).isEqualTo(-Errno.EPERM);
      assertThat(wakeup.drain()).isZero();
    }
  }
}
