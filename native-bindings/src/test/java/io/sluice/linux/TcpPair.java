package io.sluice.linux;

import java.io.IOException;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;

/**
 * A listener on a free loopback port, one connection to it, and the accepted end.
 *
 * <p>The loopback delivers in a softirq, which a busy machine puts off: what was sent is then not
 * there when the call returns. Who needs it to be there waits for it here, by calls of its own that
 * no fault reaches and nobody counts.
 */
final class TcpPair implements AutoCloseable {
  private static final int PATIENCE_MS = 20_000;

  final Fd listener;
  final Fd client;
  final Fd server;
  private final Syscalls syscalls;
  private final NativeMemory scratch = NativeMemory.allocate(SockAddr.MAX_LENGTH + Integer.BYTES);

  TcpPair(Syscalls syscalls) throws IOException {
    this.syscalls = syscalls;
    int type = Linux.SOCK_STREAM | Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC;
    SockAddr any = SockAddr.inet(InetAddress.getLoopbackAddress(), 0);
    listener = new Fd(syscalls, check("socket", syscalls.socket(any.family(), type, 0)));
    int length = any.encode(scratch.buffer());
    check("bind", syscalls.bind(listener.raw(), scratch.address(), length));
    check("listen", syscalls.listen(listener.raw(), 16));

    client = new Fd(syscalls, check("socket", syscalls.socket(any.family(), type, 0)));
    length = localAddress(listener.raw()).encode(scratch.buffer());
    int connected = syscalls.connect(client.raw(), scratch.address(), length);
    if (connected != -Errno.EINPROGRESS) {
      check("connect", connected);
    }
    await(listener.raw(), Linux.EPOLLIN);
    int flags = Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC;
    server = new Fd(syscalls, check("accept4", syscalls.accept4(listener.raw(), 0, 0, flags)));
  }

  SockAddr localAddress(int fd) throws ErrnoException {
    return named("getsockname", fd, true);
  }

  SockAddr peerAddress(int fd) throws ErrnoException {
    return named("getpeername", fd, false);
  }

  private SockAddr named(String call, int fd, boolean local) throws ErrnoException {
    long lengthAddress = scratch.address() + SockAddr.MAX_LENGTH;
    scratch.buffer().putInt(SockAddr.MAX_LENGTH, SockAddr.MAX_LENGTH);
    check(
        call,
        local
            ? syscalls.getsockname(fd, scratch.address(), lengthAddress)
            : syscalls.getpeername(fd, scratch.address(), lengthAddress));
    return SockAddr.decode(scratch.buffer(), scratch.buffer().getInt(SockAddr.MAX_LENGTH));
  }

  /** Bytes that have arrived at the server and that nobody has read yet. */
  int unread() throws IOException {
    int asked = LinuxSyscalls.open().ioctl(server.raw(), Linux.FIONREAD, scratch.address());
    check("ioctl", asked);
    return scratch.buffer().getInt(0);
  }

  /** Waits until there are so many of them. */
  void awaitUnread(int bytes) throws IOException {
    long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
    while (unread() < bytes) {
      if (System.nanoTime() - deadlineNs > 0) {
        throw new AssertionError("of " + bytes + " bytes arrived " + unread());
      }
      Thread.onSpinWait();
    }
  }

  /** Waits until the client's FIN has arrived, and all that came before it. */
  void awaitEndOfClient() throws IOException {
    await(server.raw(), Linux.EPOLLRDHUP);
  }

  private static void await(int fd, int events) throws IOException {
    try (Epoll epoll = Epoll.create(LinuxSyscalls.open(), 1)) {
      check("epoll_ctl", epoll.add(fd, events, 0));
      if (epoll.await(PATIENCE_MS) != 1) {
        throw new AssertionError("nothing arrived");
      }
    }
  }

  /** Closes the client with a reset instead of a FIN; waits until the server has it. */
  void resetByClient() throws IOException {
    scratch.buffer().putInt(0, 1).putInt(Integer.BYTES, 0);
    check(
        "setsockopt",
        syscalls.setsockopt(
            client.raw(), Linux.SOL_SOCKET, Linux.SO_LINGER, scratch.address(), Long.BYTES));
    client.close();
    await(server.raw(), Linux.EPOLLRDHUP);
  }

  private static int check(String call, int result) throws ErrnoException {
    return ErrnoException.check(call, result, "in a test");
  }

  @Override
  public void close() {
    client.close();
    server.close();
    listener.close();
  }
}
