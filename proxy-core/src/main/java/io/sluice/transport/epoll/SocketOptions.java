package io.sluice.transport.epoll;

import io.sluice.config.TcpOptions;
import io.sluice.linux.Errno;
import io.sluice.linux.ErrnoException;
import io.sluice.linux.Linux;
import io.sluice.linux.NativeMemory;
import io.sluice.linux.SockAddr;
import io.sluice.linux.Syscalls;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Sets and asks socket options through one small piece of native memory. One thread at a time: each
 * poller has its own.
 */
final class SocketOptions {
  private static final int VALUE = 0;
  private static final int LENGTH = 16;

  /** In {@link #CONSTANTS}: an int of 1, then one of 0, so that both together are a linger. */
  private static final int ONE = 0;

  private static final int LOOPBACK = 2 * Integer.BYTES;
  private static final String LOOPBACK_NAME = "lo";

  /** What setsockopt(2) only reads, so that all threads may share it. */
  private static final NativeMemory CONSTANTS = constants();

  private final Syscalls sys;
  private final NativeMemory memory = NativeMemory.allocate(2 * LENGTH);
  private final NativeMemory address = NativeMemory.allocate(SockAddr.MAX_LENGTH);

  SocketOptions(Syscalls sys) {
    this.sys = sys;
  }

  private static NativeMemory constants() {
    NativeMemory constants = NativeMemory.allocate(LENGTH);
    constants.buffer().putInt(ONE, 1);
    constants.buffer().put(LOOPBACK, LOOPBACK_NAME.getBytes(StandardCharsets.US_ASCII));
    return constants;
  }

  /** setsockopt(2) with an int; 0 or {@code -errno}. */
  int setInt(int fd, int level, int option, int value) {
    memory.buffer().putInt(VALUE, value);
    return sys.setsockopt(fd, level, option, memory.address() + VALUE, Integer.BYTES);
  }

  /** SO_MAX_PACING_RATE, of which kernels before 4.20 take the lower 32 bits only. */
  int pace(int fd, long bytesPerSecond) {
    memory.buffer().putLong(VALUE, bytesPerSecond);
    return sys.setsockopt(
        fd, Linux.SOL_SOCKET, Linux.SO_MAX_PACING_RATE, memory.address() + VALUE, Long.BYTES);
  }

  /** getsockopt(2) of an int, or {@code -errno}. */
  int getInt(int fd, int level, int option) {
    memory.buffer().putInt(LENGTH, Integer.BYTES);
    int result =
        sys.getsockopt(fd, level, option, memory.address() + VALUE, memory.address() + LENGTH);
    return result < 0 ? result : memory.buffer().getInt(VALUE);
  }

  /** ioctl(2) that stores an int, or {@code -errno}. */
  int ioctlInt(int fd, long request) {
    int result = sys.ioctl(fd, request, memory.address() + VALUE);
    return result < 0 ? result : memory.buffer().getInt(VALUE);
  }

  /**
   * Makes the next close(2) send a reset instead of a FIN: SO_LINGER with a time of 0. Any thread,
   * for a socket that no loop has taken yet.
   */
  static void lingerZero(Syscalls sys, int fd) {
    sys.setsockopt(
        fd, Linux.SOL_SOCKET, Linux.SO_LINGER, CONSTANTS.address() + ONE, 2 * Integer.BYTES);
  }

  /**
   * Makes the next close(2) of a TCP socket tell its peer nothing. With CAP_NET_ADMIN by
   * TCP_REPAIR. Without, the reset is sent to the wrong place: the loopback interface, to which a
   * user may bind a socket since Linux 5.7, has no use for the packet and drops it; before that a
   * time to live of 1 ends it at the first router, as HAProxy does it. So what is left is a client
   * on this host, which gets its reset. Any thread.
   */
  static void silence(Syscalls sys, int fd) {
    long one = CONSTANTS.address() + ONE;
    lingerZero(sys, fd);
    if (sys.setsockopt(fd, Linux.SOL_TCP, Linux.TCP_REPAIR, one, Integer.BYTES) < 0) {
      // One of these may fail, by the age of the kernel and by the family of the socket.
      sys.setsockopt(fd, Linux.SOL_IP, Linux.IP_TTL, one, Integer.BYTES);
      sys.setsockopt(fd, Linux.SOL_IPV6, Linux.IPV6_UNICAST_HOPS, one, Integer.BYTES);
      long loopback = CONSTANTS.address() + LOOPBACK;
      sys.setsockopt(fd, Linux.SOL_SOCKET, Linux.SO_BINDTODEVICE, loopback, LOOPBACK_NAME.length());
    }
  }

  /** getsockname(2). */
  SockAddr localAddress(int fd) {
    memory.buffer().putInt(LENGTH, SockAddr.MAX_LENGTH);
    int result = sys.getsockname(fd, address.address(), memory.address() + LENGTH);
    return result < 0 ? SockAddr.UNNAMED : storedAddress();
  }

  /** bind(2) and connect(2) take an address from here. */
  int encodeAddress(SockAddr value) {
    return value.encode(address.buffer());
  }

  /** Where {@link #encodeAddress} put it. */
  long addressMemory() {
    return address.address();
  }

  /** accept4(2); the peer's address is then {@link #acceptedPeer}. */
  int accept(int fd) {
    memory.buffer().putInt(LENGTH, SockAddr.MAX_LENGTH);
    return sys.accept4(
        fd, address.address(), memory.address() + LENGTH, Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC);
  }

  /** The address that the last {@link #accept} stored. */
  SockAddr acceptedPeer() {
    return storedAddress();
  }

  /**
   * Sets what {@code tcp} asks for on a socket that listens (its connections inherit it) or is
   * about to connect.
   *
   * @throws ErrnoException naming the option that the kernel refuses
   */
  void apply(int fd, TcpOptions tcp) throws ErrnoException {
    // Urgent bytes stay in the stream: out of it, splice would end there (tcp(7), SO_OOBINLINE).
    set(fd, Linux.SOL_SOCKET, Linux.SO_OOBINLINE, 1, "SO_OOBINLINE");
    if (tcp.nodelay()) {
      set(fd, Linux.SOL_TCP, Linux.TCP_NODELAY, 1, "TCP_NODELAY");
    }
    if (tcp.keepAlive()) {
      set(fd, Linux.SOL_SOCKET, Linux.SO_KEEPALIVE, 1, "SO_KEEPALIVE");
      setSeconds(fd, Linux.TCP_KEEPIDLE, tcp.keepAliveIdle(), "TCP_KEEPIDLE");
      setSeconds(fd, Linux.TCP_KEEPINTVL, tcp.keepAliveInterval(), "TCP_KEEPINTVL");
      if (tcp.keepAliveCount() > 0) {
        set(fd, Linux.SOL_TCP, Linux.TCP_KEEPCNT, tcp.keepAliveCount(), "TCP_KEEPCNT");
      }
    }
    if (!tcp.userTimeout().isZero()) {
      int millis = (int) Math.min(tcp.userTimeout().toMillis(), Integer.MAX_VALUE);
      set(fd, Linux.SOL_TCP, Linux.TCP_USER_TIMEOUT, millis, "TCP_USER_TIMEOUT");
    }
    if (tcp.receiveBufferBytes() > 0) {
      set(fd, Linux.SOL_SOCKET, Linux.SO_RCVBUF, tcp.receiveBufferBytes(), "SO_RCVBUF");
    }
    if (tcp.sendBufferBytes() > 0) {
      set(fd, Linux.SOL_SOCKET, Linux.SO_SNDBUF, tcp.sendBufferBytes(), "SO_SNDBUF");
    }
    if (!tcp.congestionControl().isEmpty()) {
      setCongestionControl(fd, tcp.congestionControl());
    }
  }

  /** The part of {@link #apply} that also holds for UNIX sockets. */
  void applyUnix(int fd, TcpOptions tcp) throws ErrnoException {
    set(fd, Linux.SOL_SOCKET, Linux.SO_OOBINLINE, 1, "SO_OOBINLINE");
    if (tcp.sendBufferBytes() > 0) {
      set(fd, Linux.SOL_SOCKET, Linux.SO_SNDBUF, tcp.sendBufferBytes(), "SO_SNDBUF");
    }
  }

  /** setsockopt(2) with an int, which must succeed. */
  void set(int fd, int level, int option, int value, String name) throws ErrnoException {
    int result = setInt(fd, level, option, value);
    if (result < 0) {
      throw new ErrnoException("setsockopt", -result, name + " = " + value);
    }
  }

  private void setSeconds(int fd, int option, Duration value, String name) throws ErrnoException {
    if (!value.isZero()) {
      set(fd, Linux.SOL_TCP, option, (int) Math.max(1, value.toSeconds()), name);
    }
  }

  private void setCongestionControl(int fd, String algorithm) throws ErrnoException {
    byte[] name = algorithm.getBytes(StandardCharsets.US_ASCII);
    if (name.length >= LENGTH) {
      throw new ErrnoException("setsockopt", Errno.ENOENT, "TCP_CONGESTION = " + algorithm);
    }
    memory.buffer().put(VALUE, name);
    int result =
        sys.setsockopt(
            fd, Linux.SOL_TCP, Linux.TCP_CONGESTION, memory.address() + VALUE, name.length);
    if (result < 0) {
      throw new ErrnoException("setsockopt", -result, "TCP_CONGESTION = " + algorithm);
    }
  }

  private SockAddr storedAddress() {
    return SockAddr.decode(address.buffer(), memory.buffer().getInt(LENGTH)).unmapped();
  }
}
