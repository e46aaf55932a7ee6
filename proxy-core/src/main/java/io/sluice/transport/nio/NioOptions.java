package io.sluice.transport.nio;

import io.sluice.config.ListenOptions;
import io.sluice.config.SourceAddress;
import io.sluice.config.TcpOptions;
import io.sluice.linux.Errno;
import io.sluice.linux.SockAddr;
import io.sluice.transport.SourceSocket;
import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets socket options as far as the JDK can. Those that it cannot set are ignored, and each of them
 * is logged once per transport. Thread-safe.
 */
final class NioOptions {

  private static final Logger log = LoggerFactory.getLogger(NioTransport.class);

  /** Ports of a source that are tried for one connection. */
  private static final int TRIES_MAX = 4096;

  private final Set<String> ignored = ConcurrentHashMap.newKeySet();

  /** Before bind: a receive buffer set later would not reach the window scale of accepted ones. */
  void apply(ServerSocketChannel channel, SockAddr address, ListenOptions listen, TcpOptions tcp)
      throws IOException {
    if (tcp.receiveBufferBytes() > 0) {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, tcp.receiveBufferBytes());
    }
    if (address.isUnix()) {
      return;
    }
    if (!listen.deferAccept().isZero()) {
      ignore("defer-accept (TCP_DEFER_ACCEPT)");
    }
    if (listen.fastOpen() > 0) {
      ignore("fast-open (TCP_FASTOPEN)");
    }
    ignoreUnsupported(tcp);
  }

  /** Before connect, or right after accept. */
  void apply(SocketChannel channel, boolean unix, TcpOptions tcp) throws IOException {
    if (tcp.receiveBufferBytes() > 0) {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, tcp.receiveBufferBytes());
    }
    if (tcp.sendBufferBytes() > 0) {
      channel.setOption(StandardSocketOptions.SO_SNDBUF, tcp.sendBufferBytes());
    }
    if (unix) {
      return;
    }
    if (tcp.nodelay()) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
    if (tcp.keepAlive()) {
      channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
      applyKeepAliveTimes(channel, tcp);
    }
    ignoreUnsupported(tcp);
  }

  /**
   * Before connect: takes an address and a port of the source, as far as the JDK can.
   *
   * @throws IOException when the source cannot be had; EAFNOSUPPORT is found before
   */
  void bindSource(SocketChannel channel, SockAddr target, SourceAddress source) throws IOException {
    if (!source.networkInterface().isEmpty()) {
      ignore("source.interface (SO_BINDTODEVICE)");
    }
    if (source.transparent()) {
      ignore("source.transparent (IP_TRANSPARENT)");
    }
    if (target.isUnix() || (source.address().isEmpty() && source.firstPort() == 0)) {
      return;
    }
    int ports = source.lastPort() - source.firstPort() + 1;
    int from = ThreadLocalRandom.current().nextInt(ports);
    for (int i = 0; ; i++) {
      int port = source.firstPort() == 0 ? 0 : source.firstPort() + (from + i) % ports;
      try {
        channel.bind(SourceSocket.address(source, target, port).toJava());
        return;
      } catch (IOException e) {
        if (ExceptionErrno.ofBind(e) != -Errno.EADDRINUSE || i + 1 >= Math.min(ports, TRIES_MAX)) {
          throw e;
        }
      }
    }
  }

  private void applyKeepAliveTimes(SocketChannel channel, TcpOptions tcp) throws IOException {
    if (!tcp.keepAliveIdle().isZero()) {
      int seconds = seconds(tcp.keepAliveIdle());
      applyIfKnown(channel, ExtendedSocketOptions.TCP_KEEPIDLE, seconds);
    }
    if (!tcp.keepAliveInterval().isZero()) {
      int seconds = seconds(tcp.keepAliveInterval());
      applyIfKnown(channel, ExtendedSocketOptions.TCP_KEEPINTERVAL, seconds);
    }
    if (tcp.keepAliveCount() > 0) {
      applyIfKnown(channel, ExtendedSocketOptions.TCP_KEEPCOUNT, tcp.keepAliveCount());
    }
  }

  private void applyIfKnown(NetworkChannel channel, SocketOption<Integer> option, int value)
      throws IOException {
    if (channel.supportedOptions().contains(option)) {
      channel.setOption(option, value);
    } else {
      ignore(option.name());
    }
  }

  private void ignoreUnsupported(TcpOptions tcp) {
    if (!tcp.userTimeout().isZero()) {
      ignore("user-timeout (TCP_USER_TIMEOUT)");
    }
    if (!tcp.congestionControl().isEmpty()) {
      ignore("congestion-control (TCP_CONGESTION)");
    }
  }

  void ignore(String option) {
    if (ignored.add(option)) {
      log.warn("ignored on the nio transport: {}; the epoll transport has it", option);
    }
  }

  /** The kernel counts whole seconds and refuses 0. */
  private static int seconds(Duration duration) {
    return (int) Math.max(1, duration.plusMillis(999).toSeconds());
  }
}
