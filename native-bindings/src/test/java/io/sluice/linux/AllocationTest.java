package io.sluice.linux;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(value = OS.LINUX, disabledReason = "makes Linux system calls")
class AllocationTest {

  private static final int ROUNDS = 200_000;
  private static final int CALLS_PER_ROUND = 3;

  @Test
  void aCallAllocatesNothing() throws IOException {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long self = Thread.currentThread().getId();
    Syscalls sys = LinuxSyscalls.open();
    NativeMemory memory = NativeMemory.allocate(16);

    try (TcpPair tcp = new TcpPair(sys);
        Pipe pipe = Pipe.create(sys, 65536);
        Epoll epoll = Epoll.create(sys, 8)) {
      long results = rounds(sys, tcp, pipe, epoll, memory, ROUNDS / 10);
      assertThat(results).isEqualTo(ROUNDS / 10 * 2L * -Errno.EAGAIN);

      long before = threads.getThreadAllocatedBytes(self);
      rounds(sys, tcp, pipe, epoll, memory, ROUNDS);
      long allocated = threads.getThreadAllocatedBytes(self) - before;

      assertThat(allocated / (double) (ROUNDS * CALLS_PER_ROUND)).isLessThan(1.0);
    }
  }

  private static long rounds(
      Syscalls sys, TcpPair tcp, Pipe pipe, Epoll epoll, NativeMemory memory, int count) {
    long results = 0;
    int fd = tcp.server.raw();
    for (int i = 0; i < count; i++) {
      results += pipe.fillFrom(fd, 65536);
      results += sys.recv(fd, memory.address(), 16, 0);
      results += epoll.await(0);
    }
    return results;
  }
}
