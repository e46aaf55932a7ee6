package io.sluice.transport.epoll;

import io.sluice.config.ListenOptions;
import io.sluice.config.TcpOptions;
import io.sluice.linux.ErrnoException;
import io.sluice.linux.Fd;
import io.sluice.linux.Linux;
import io.sluice.linux.SockAddr;
import io.sluice.linux.Syscalls;
import io.sluice.transport.ListenFailure;
import io.sluice.transport.ListenSocket;
import io.sluice.transport.UnixPath;
import java.io.IOException;

/**
 * A listening descriptor that all loops have in their epoll, with EPOLLEXCLUSIVE, so that a waiting
 * connection wakes one of them (epoll_ctl(2)).
 *
 * <p>Options are set here once: accepted TCP sockets inherit them.
 */
final class EpollListenSocket implements ListenSocket {
  private final Syscalls sys;
  private final Fd fd;
  private final SockAddr address;
  private volatile TcpOptions tcp;

  /** Whether the options of its bind hold for it, which somebody else's socket has of its own. */
  private final boolean isOwn;

  /** The path to remove at close; null unless this proxy bound one, in this process or before. */
  private final UnixPath path;

  private volatile boolean pathStays;

  private EpollListenSocket(
      Syscalls sys, Fd fd, SockAddr address, TcpOptions tcp, boolean isOwn, UnixPath path) {
    this.sys = sys;
    this.fd = fd;
    this.address = address;
    this.tcp = tcp;
    this.isOwn = isOwn;
    this.path = path;
  }

  static EpollListenSocket open(
      Syscalls sys, SockAddr address, ListenOptions options, TcpOptions tcp) throws IOException {
    SocketOptions socketOptions = new SocketOptions(sys);
    Fd fd =
        new Fd(
            sys,
            ErrnoException.check(
                "socket",
                sys.socket(
                    address.family(),
                    Linux.SOCK_STREAM | Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC,
                    0),
                address.toString()));
    UnixPath path = null;
    try {
      if (address.isUnix()) {
        socketOptions.applyUnix(fd.raw(), tcp);
        if (UnixPath.isPath(address)) {
          UnixPath.removeIfDead(UnixPath.of(address));
        }
      } else {
        applyListenOptions(socketOptions, fd.raw(), address, options);
        socketOptions.apply(fd.raw(), tcp);
      }
      int length = socketOptions.encodeAddress(address);
      int bound = sys.bind(fd.raw(), socketOptions.addressMemory(), length);
      if (bound < 0) {
        throw ListenFailure.of(address, -bound);
      }
      if (UnixPath.isPath(address)) {
        path = UnixPath.bound(UnixPath.of(address));
        path.apply(options.unixFile());
      }
      int listening = sys.listen(fd.raw(), options.backlog());
      if (listening < 0) {
        throw ListenFailure.of(address, -listening);
      }
      SockAddr local = socketOptions.localAddress(fd.raw());
      return new EpollListenSocket(sys, fd, local, tcp, true, path);
    } catch (IOException e) {
      if (path != null) {
        path.removeIfOurs();
      }
      fd.close();
      throw e;
    }
  }

  /** The same for a socket of ours, which the options of its bind hold for too. */
  static EpollListenSocket readopt(Syscalls sys, int raw, ListenOptions options, TcpOptions tcp)
      throws IOException {
    SockAddr address = new SocketOptions(sys).localAddress(raw);
    UnixPath path = UnixPath.isPath(address) ? UnixPath.bound(UnixPath.of(address)) : null;
    return adopt(sys, raw, options, tcp, true, path);
  }

  static EpollListenSocket adopt(Syscalls sys, int raw, TcpOptions tcp) throws IOException {
    return adopt(sys, raw, null, tcp, false, null);
  }

  private static EpollListenSocket adopt(
      Syscalls sys, int raw, ListenOptions options, TcpOptions tcp, boolean isOwn, UnixPath path)
      throws IOException {
    SockAddr address = new SocketOptions(sys).localAddress(raw);
    EpollListenSocket adopted =
        new EpollListenSocket(sys, new Fd(sys, raw), address, tcp, isOwn, path);
    adopted.adjust(options, tcp);
    return adopted;
  }

  @Override
  public void adjust(ListenOptions options, TcpOptions connections) throws IOException {
    SocketOptions socketOptions = new SocketOptions(sys);
    if (address.isUnix()) {
      socketOptions.applyUnix(fd.raw(), connections);
      if (path != null) {
        path.apply(options.unixFile());
      }
    } else {
      // Who had the socket before may have turned these on; apply() turns on, never off.
      socketOptions.set(fd.raw(), Linux.SOL_TCP, Linux.TCP_NODELAY, 0, "TCP_NODELAY");
      socketOptions.set(fd.raw(), Linux.SOL_SOCKET, Linux.SO_KEEPALIVE, 0, "SO_KEEPALIVE");
      socketOptions.apply(fd.raw(), connections);
      if (isOwn) {
        socketOptions.set(fd.raw(), Linux.SOL_TCP, Linux.TCP_DEFER_ACCEPT, 0, "TCP_DEFER_ACCEPT");
        socketOptions.set(fd.raw(), Linux.SOL_TCP, Linux.TCP_FASTOPEN, 0, "TCP_FASTOPEN");
        applyConnectionOptions(socketOptions, fd.raw(), options);
      }
    }
    if (isOwn) {
      // listen(2) of a socket that listens changes its backlog.
      int listening = sys.listen(fd.raw(), options.backlog());
      if (listening < 0) {
        throw ListenFailure.of(address, -listening);
      }
    }
    tcp = connections;
  }

  int raw() {
    return fd.raw();
  }

  @Override
  public int descriptor() {
    return fd.raw();
  }

  /** What accepted UNIX sockets, which inherit nothing, have to be given. */
  TcpOptions tcp() {
    return tcp;
  }

  @Override
  public SockAddr address() {
    return address;
  }

  @Override
  public String pathIdentity() {
    return path == null ? "" : path.identity();
  }

  @Override
  public void leavePath(boolean stays) {
    pathStays = stays;
  }

  @Override
  public void close() {
    if (path != null && !pathStays) {
      path.removeIfOurs();
    }
    fd.close();
  }

  private static void applyListenOptions(
      SocketOptions socketOptions, int fd, SockAddr address, ListenOptions options)
      throws ErrnoException {
    socketOptions.set(fd, Linux.SOL_SOCKET, Linux.SO_REUSEADDR, 1, "SO_REUSEADDR");
    if (address.family() == Linux.AF_INET6) {
      int v6only = options.v6only() ? 1 : 0;
      socketOptions.set(fd, Linux.SOL_IPV6, Linux.IPV6_V6ONLY, v6only, "IPV6_V6ONLY");
    }
    applyConnectionOptions(socketOptions, fd, options);
  }

  private static void applyConnectionOptions(
      SocketOptions socketOptions, int fd, ListenOptions options) throws ErrnoException {
    if (!options.deferAccept().isZero()) {
      int seconds = (int) Math.max(1, options.deferAccept().toSeconds());
      socketOptions.set(fd, Linux.SOL_TCP, Linux.TCP_DEFER_ACCEPT, seconds, "TCP_DEFER_ACCEPT");
    }
    if (options.fastOpen() > 0) {
      socketOptions.set(fd, Linux.SOL_TCP, Linux.TCP_FASTOPEN, options.fastOpen(), "TCP_FASTOPEN");
    }
  }
}
