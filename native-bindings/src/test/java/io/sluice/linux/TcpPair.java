package io.sluice.linux;

import java.net.InetAddress;

/** A listener on a free loopback port, one connection to it, and the accepted end. */
final class TcpPair implements AutoCloseable {

  final Fd listener;
  final Fd client;
  final Fd server;
  private final Syscalls syscalls;
  private final NativeMemory scratch = NativeMemory.allocate(SockAddr.MAX_LENGTH + Integer.BYTES);

  TcpPair(Syscalls syscalls) throws ErrnoException {
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

  /** Closes the client with a reset instead of a FIN. */
  void resetByClient() throws ErrnoException {
    scratch.buffer().putInt(0, 1).putInt(Integer.BYTES, 0);
    check(
        "setsockopt",
        syscalls.setsockopt(
            client.raw(), Linux.SOL_SOCKET, Linux.SO_LINGER, scratch.address(), Long.BYTES));
    client.close();
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
