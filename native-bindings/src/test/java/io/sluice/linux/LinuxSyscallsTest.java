package io.sluice.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(value = OS.LINUX, disabledReason = "makes Linux system calls")
class LinuxSyscallsTest {

  private static final int BAD = -1;

  private final Syscalls sys;
  private final NativeMemory memory = NativeMemory.allocate(256);

  LinuxSyscallsTest() throws IOException {
    sys = LinuxSyscalls.open();
  }

  @Test
  void libcIsLoadedOnce() throws IOException {
    assertThat(LinuxSyscalls.open()).isSameAs(sys);
  }

  @Test
  void everyCallOnABadDescriptorReturnsMinusEbadf() {
    long a = memory.address();
    Map<String, ToLongFunction<Syscalls>> calls =
        Map.ofEntries(
            Map.entry("bind", s -> s.bind(BAD, a, 16)),
            Map.entry("listen", s -> s.listen(BAD, 1)),
            Map.entry("accept4", s -> s.accept4(BAD, 0, 0, 0)),
            Map.entry("connect", s -> s.connect(BAD, a, 16)),
            Map.entry("getsockname", s -> s.getsockname(BAD, a, a + 128)),
            Map.entry("getpeername", s -> s.getpeername(BAD, a, a + 128)),
            Map.entry("getsockopt", s -> s.getsockopt(BAD, 1, 4, a, a + 128)),
            Map.entry("setsockopt", s -> s.setsockopt(BAD, 1, 4, a, 4)),
            Map.entry("shutdown", s -> s.shutdown(BAD, Linux.SHUT_WR)),
            Map.entry("close", s -> s.close(BAD)),
            Map.entry("recv", s -> s.recv(BAD, a, 1, 0)),
            Map.entry("send", s -> s.send(BAD, a, 1, Linux.MSG_NOSIGNAL)),
            Map.entry("recvmsg", s -> s.recvmsg(BAD, a, 0)),
            Map.entry("sendmsg", s -> s.sendmsg(BAD, a, 0)),
            Map.entry("read", s -> s.read(BAD, a, 1)),
            Map.entry("write", s -> s.write(BAD, a, 1)),
            Map.entry("splice", s -> s.splice(BAD, BAD, 1, 0)),
            Map.entry("tee", s -> s.tee(BAD, BAD, 1, 0)),
            Map.entry("fcntl", s -> s.fcntl(BAD, Linux.F_GETFL, 0)),
            Map.entry("ioctl", s -> s.ioctl(BAD, Linux.FIONREAD, a)),
            Map.entry("epollCtl", s -> s.epollCtl(BAD, Linux.EPOLL_CTL_ADD, 0, a)),
            Map.entry("lseek", s -> s.lseek(BAD, 0, Linux.SEEK_SET)),
            Map.entry("sendfile", s -> s.sendfile(BAD, BAD, 1)),
            Map.entry("mmap", s -> s.mmap(4096, Linux.PROT_READ, Linux.MAP_SHARED, BAD, 0)),
            Map.entry("epollWait", s -> s.epollWait(BAD, a, 1, 0)));

    calls.forEach((name, call) -> assertThat(call.applyAsLong(sys)).as(name).isEqualTo(-9L));
  }

  @Test
  void callsThatMakeDescriptorsRefuseBadFlags() {
    assertThat(sys.socket(Linux.AF_INET, 0xF000, 0)).isEqualTo(-Errno.EINVAL);
    assertThat(sys.socket(9999, Linux.SOCK_STREAM, 0)).isEqualTo(-Errno.EAFNOSUPPORT);
    assertThat(sys.pipe2(memory.address(), 1)).isEqualTo(-Errno.EINVAL);
    assertThat(sys.pipe2(1L, 0)).isEqualTo(-Errno.EFAULT);
    assertThat(sys.epollCreate1(1)).isEqualTo(-Errno.EINVAL);
    assertThat(sys.eventfd(0, 0x40)).isEqualTo(-Errno.EINVAL);
  }

  @Test
  void socketErrorsHaveTheirNumbers() throws IOException {
    try (TcpPair tcp = new TcpPair(sys)) {
      assertThat(sys.recv(tcp.server.raw(), memory.address(), 1, 0)).isEqualTo(-Errno.EAGAIN);
      assertThat(sys.accept4(tcp.listener.raw(), 0, 0, 0)).isEqualTo(-Errno.EAGAIN);
      assertThat(sys.shutdown(tcp.listener.raw(), 7)).isEqualTo(-Errno.EINVAL);

      SockAddr taken = tcp.localAddress(tcp.listener.raw());
      int length = taken.encode(memory.buffer());
      try (Fd second = new Fd(sys, sys.socket(Linux.AF_INET, Linux.SOCK_STREAM, 0))) {
        assertThat(sys.bind(second.raw(), memory.address(), length)).isEqualTo(-Errno.EADDRINUSE);
        assertThat(sys.shutdown(second.raw(), Linux.SHUT_WR)).isEqualTo(-Errno.ENOTCONN);
        tcp.listener.close();
        assertThat(sys.connect(second.raw(), memory.address(), length))
            .isEqualTo(-Errno.ECONNREFUSED);
      }
    }
  }

  @Test
  void dataThenFinThenEof() throws IOException {
    try (TcpPair tcp = new TcpPair(sys)) {
      memory.buffer().put(0, (byte) 'x');
      assertThat(sys.send(tcp.client.raw(), memory.address(), 1, Linux.MSG_NOSIGNAL)).isEqualTo(1);
      assertThat(sys.shutdown(tcp.client.raw(), Linux.SHUT_WR)).isZero();
      tcp.awaitEndOfClient();

      assertThat(sys.recv(tcp.server.raw(), memory.address() + 1, 9, 0)).isEqualTo(1);
      assertThat(memory.buffer().get(1)).isEqualTo((byte) 'x');
      assertThat(sys.recv(tcp.server.raw(), memory.address(), 9, 0)).isZero();
    }
  }

  @Test
  void aResetIsReportedAsOne() throws IOException {
    try (TcpPair tcp = new TcpPair(sys)) {
      tcp.resetByClient();

      assertThat(sys.recv(tcp.server.raw(), memory.address(), 1, 0)).isEqualTo(-Errno.ECONNRESET);
    }
  }

  @Test
  void errnoBelongsToTheThreadThatFailed() throws Exception {
    assertThat(sys.close(BAD)).isEqualTo(-Errno.EBADF);

    int elsewhere = CompletableFuture.supplyAsync(() -> sys.epollCreate1(1)).get();

    assertThat(elsewhere).isEqualTo(-Errno.EINVAL);
    assertThat(sys.close(BAD)).isEqualTo(-Errno.EBADF);
  }

  @Test
  void socketOptionsRoundTrip() throws IOException {
    try (TcpPair tcp = new TcpPair(sys)) {
      int[][] options = {
        {Linux.SOL_SOCKET, Linux.SO_OOBINLINE, 1},
        {Linux.SOL_SOCKET, Linux.SO_KEEPALIVE, 1},
        {Linux.SOL_SOCKET, Linux.SO_MAX_PACING_RATE, 1_000_000},
        {Linux.SOL_TCP, Linux.TCP_NODELAY, 1},
        {Linux.SOL_TCP, Linux.TCP_KEEPIDLE, 77},
        {Linux.SOL_TCP, Linux.TCP_KEEPINTVL, 7},
        {Linux.SOL_TCP, Linux.TCP_KEEPCNT, 3},
        {Linux.SOL_TCP, Linux.TCP_USER_TIMEOUT, 12_345},
        {Linux.SOL_IP, Linux.IP_BIND_ADDRESS_NO_PORT, 1},
      };
      for (int[] option : options) {
        memory.buffer().putInt(0, option[2]);
        int set = sys.setsockopt(tcp.server.raw(), option[0], option[1], memory.address(), 4);
        memory.buffer().putInt(0, -1).putInt(4, 4);
        int got =
            sys.getsockopt(
                tcp.server.raw(), option[0], option[1], memory.address(), memory.address() + 4);

        assertThat(new int[] {set, got, memory.buffer().getInt(0)})
            .as("option %d/%d", option[0], option[1])
            .containsExactly(0, 0, option[2]);
      }
    }
  }
}
