package io.sluice.transport.nio;

import io.sluice.config.ListenOptions;
import io.sluice.config.PumpConfig;
import io.sluice.config.SourceAddress;
import io.sluice.config.TcpOptions;
import io.sluice.config.UnixFile;
import io.sluice.linux.Errno;
import io.sluice.linux.SockAddr;
import io.sluice.transport.BelowPath;
import io.sluice.transport.ListenFailure;
import io.sluice.transport.ListenSocket;
import io.sluice.transport.OutputFile;
import io.sluice.transport.Poller;
import io.sluice.transport.SourceSocket;
import io.sluice.transport.Transport;
import io.sluice.transport.UnixPath;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/**
 * The transport that runs wherever the JDK does, by its selectors and channels. Thread-safe.
 *
 * <p>What it cannot do and epoll can: inherited sockets, abstract UNIX names, IPV6_V6ONLY, and the
 * socket options that {@link NioOptions} ignores.
 */
public final class NioTransport implements Transport {

  static {
    ExceptionErrno.load();
  }

  private static final InetAddress ANY_IPV4 = anyIpv4();

  private final NioOptions options = new NioOptions();

  @Override
  public String name() {
    return "nio";
  }

  @Override
  public ListenSocket listen(SockAddr address, ListenOptions listen, TcpOptions tcp)
      throws IOException {
    SocketAddress target = javaAddress(address);
    if (listen.v6only() && isWildcard6(target)) {
      throw ListenFailure.of(
          address,
          "v6only needs the epoll transport, because Java always binds both IPv4 and IPv6;"
              + " bind a single IPv6 address, or give v6only up");
    }
    if (target instanceof UnixDomainSocketAddress && !listen.unixFile().equals(UnixFile.AS_BOUND)) {
      throw ListenFailure.of(
          address,
          "unix-mode, unix-owner and unix-group need the epoll transport, because Java listens as"
              + " soon as it binds");
    }
    if (target instanceof UnixDomainSocketAddress unix) {
      UnixPath.removeIfDead(unix.getPath());
    }
    ServerSocketChannel channel;
    try {
      channel = ServerSocketChannel.open(familyOf(address));
    } catch (UnsupportedOperationException e) {
      if (isWildcard6(target)) { // Every address of a host without IPv6.
        return listen(SockAddr.inet(ANY_IPV4, address.port()), listen, tcp);
      }
      throw ListenFailure.of(address, "this Java or this host has no sockets of its family");
    }
    try {
      channel.configureBlocking(false);
      options.apply(channel, address, listen, tcp);
      bind(channel, address, target, listen.backlog());
      SockAddr bound = SockAddr.fromJava(channel.getLocalAddress());
      UnixPath path =
          target instanceof UnixDomainSocketAddress unix ? UnixPath.bound(unix.getPath()) : null;
      return new NioListenSocket(channel, bound, options, tcp, path);
    } catch (IOException e) {
      closeQuietly(channel);
      throw e;
    }
  }

  private static SocketAddress javaAddress(SockAddr address) throws IOException {
    try {
      return address.toJava();
    } catch (UnsupportedOperationException e) {
      throw ListenFailure.of(
          address, "abstract names need the epoll transport; use a path in the file system");
    }
  }

  private static void bind(
      ServerSocketChannel channel, SockAddr address, SocketAddress target, int backlog)
      throws IOException {
    try {
      channel.bind(target, backlog);
    } catch (IOException e) {
      IOException explained = ListenFailure.of(address, -ExceptionErrno.ofBind(e));
      explained.addSuppressed(e);
      throw explained;
    }
  }

  /** The JDK makes a channel of no descriptor but its standard input. */
  @Override
  public ListenSocket adopt(int fd, TcpOptions tcp) throws IOException {
    throw new IOException("transport nio cannot take over sockets; use epoll");
  }

  @Override
  public ListenSocket readopt(int fd, ListenOptions options, TcpOptions tcp) throws IOException {
    return adopt(fd, tcp);
  }

  @Override
  public void checkSource(SockAddr server, SourceAddress source) throws IOException {
    if (server.isUnix()) {
      return;
    }
    if (!SourceSocket.fits(source, server)) {
      throw SourceSocket.failure(source, server, Errno.EAFNOSUPPORT);
    }
    try (SocketChannel channel = SocketChannel.open(familyOf(server))) {
      options.bindSource(channel, server, source);
    } catch (IOException e) {
      throw SourceSocket.failure(source, server, -ExceptionErrno.ofBind(e));
    }
  }

  @Override
  public Poller openPoller(PumpConfig pump) throws IOException {
    return new NioPoller(Selector.open(), options, pump);
  }

  @Override
  public OutputFile createFile(Path base, String below) throws IOException {
    return NioOutputFile.create(BelowPath.of(base, below));
  }

  @Override
  public void rotateFile(Path base, String below, int keep) throws IOException {
    NioOutputFile.rotate(BelowPath.of(base, below), keep);
  }

  /** A family of its own for IPv4: an IPv6 socket of the JDK bound to 0.0.0.0 takes IPv6 too. */
  static ProtocolFamily familyOf(SockAddr address) {
    if (address.isUnix()) {
      return StandardProtocolFamily.UNIX;
    }
    InetAddress ip = ((InetSocketAddress) address.toJava()).getAddress();
    return ip.getAddress().length == 4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
  }

  private static boolean isWildcard6(SocketAddress address) {
    return address instanceof InetSocketAddress inet
        && inet.getAddress().isAnyLocalAddress()
        && inet.getAddress().getAddress().length > 4;
  }

  private static InetAddress anyIpv4() {
    try {
      return InetAddress.getByAddress(new byte[4]);
    } catch (UnknownHostException e) {
      throw new AssertionError("four bytes are an address", e);
    }
  }

  /** A channel's own address; as getsockname(2), one without a name where there is none. */
  static SockAddr localAddress(SocketChannel channel, SockAddr peer) {
    try {
      SocketAddress local = channel.getLocalAddress();
      return local == null ? unspecified(peer) : SockAddr.fromJava(local);
    } catch (IOException e) {
      // The JDK closes the channel of a failed connection, address and all.
      return unspecified(peer);
    }
  }

  private static SockAddr unspecified(SockAddr peer) {
    if (peer.isUnix()) {
      return SockAddr.UNNAMED;
    }
    try {
      InetAddress address = ((InetSocketAddress) peer.toJava()).getAddress();
      return SockAddr.inet(InetAddress.getByAddress(new byte[address.getAddress().length]), 0);
    } catch (IOException e) {
      throw new AssertionError("an address of legal length", e);
    }
  }

  /** Closes; the descriptor is gone in any case, so an error tells nothing. Null is ignored. */
  static void closeQuietly(Closeable closeable) {
    if (closeable == null) {
      return;
    }
    try {
      closeable.close();
    } catch (IOException e) {
      // close(2): whatever it reports concerns bytes that nobody could send again.
    }
  }
}
