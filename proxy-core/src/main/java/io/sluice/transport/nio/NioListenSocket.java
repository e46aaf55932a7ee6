package io.sluice.transport.nio;

import io.sluice.config.ListenOptions;
import io.sluice.config.TcpOptions;
import io.sluice.linux.SockAddr;
import io.sluice.transport.ListenSocket;
import io.sluice.transport.UnixPath;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A listening channel, never blocking, which each loop's selector may have registered.
 *
 * <p>A waiting connection wakes every loop that watches: the JDK has no EPOLLEXCLUSIVE. The losers
 * of the race find nothing to accept.
 */
final class NioListenSocket implements ListenSocket {

  private final ServerSocketChannel channel;
  private final SockAddr address;
  private final NioOptions nioOptions;
  private volatile TcpOptions tcp;

  /** Null for TCP. */
  private final UnixPath path;

  private final Set<NioPoller> watchers = ConcurrentHashMap.newKeySet();

  NioListenSocket(
      ServerSocketChannel channel,
      SockAddr address,
      NioOptions nioOptions,
      TcpOptions tcp,
      UnixPath path) {
    this.channel = channel;
    this.nioOptions = nioOptions;
    this.address = address;
    this.tcp = tcp;
    this.path = path;
  }

  @Override
  public SockAddr address() {
    return address;
  }

  @Override
  public int descriptor() {
    return -1;
  }

  /** As far as the JDK can: the backlog stays what it was. */
  @Override
  public void adjust(ListenOptions options, TcpOptions connections) throws IOException {
    nioOptions.apply(channel, address, options, connections);
    tcp = connections;
  }

  ServerSocketChannel channel() {
    return channel;
  }

  /** Options of the connections accepted here. */
  TcpOptions tcp() {
    return tcp;
  }

  /** The next waiting connection, or null. */
  SocketChannel accept() throws IOException {
    return channel.accept();
  }

  void onWatched(NioPoller poller) {
    watchers.add(poller);
  }

  void onUnwatched(NioPoller poller) {
    watchers.remove(poller);
  }

  @Override
  public void close() {
    if (path != null) {
      path.removeIfOurs();
    }
    NioTransport.closeQuietly(channel);
    // A selector that still has the channel keeps its descriptor open until it selects again.
    watchers.forEach(NioPoller::wakeup);
  }

  @Override
  public String toString() {
    return address.toString();
  }
}
