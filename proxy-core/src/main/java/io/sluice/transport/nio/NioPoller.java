package io.sluice.transport.nio;

import io.sluice.config.PumpConfig;
import io.sluice.config.TcpOptions;
import io.sluice.linux.Errno;
import io.sluice.linux.SockAddr;
import io.sluice.transport.Backlog;
import io.sluice.transport.FlowCounters;
import io.sluice.transport.ListenSocket;
import io.sluice.transport.Poller;
import io.sluice.transport.Pump;
import io.sluice.transport.SourceSocket;
import io.sluice.transport.StreamSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One loop's selector, with the buffers of its pumps.
 *
 * <p>A key's attachment is who hears of it: the socket, the {@link Watch}, or null once the socket
 * is closed, which is how a stale event is recognised.
 *
 * <p>The loop's thread must not be interrupted: an interrupted thread's select returns at once,
 * every time.
 */
final class NioPoller implements Poller {

  /** One listening socket as this loop sees it; not active while it waits to be given up. */
  private static final class Watch {
    final SelectionKey key;
    ReadyHandler onAcceptable;
    boolean active = true;

    Watch(SelectionKey key, ReadyHandler onAcceptable) {
      this.key = key;
      this.onAcceptable = onAcceptable;
    }
  }

  private final Selector selector;
  private final NioOptions options;
  private final BufferPool buffers;
  private final Consumer<SelectionKey> onKey = this::onKey;
  private final Map<NioListenSocket, Watch> watches = new HashMap<>();
  private boolean polling;
  private boolean watchesEnded;
  private int lastError;
  private int sockets;
  private long staleEvents;

  NioPoller(Selector selector, NioOptions options, PumpConfig pump) {
    this.selector = selector;
    this.options = options;
    this.buffers = new BufferPool(pump.bufferBytes());
  }

  @Override
  public int poll(int timeoutMs) {
    polling = true;
    try {
      // To the JDK a time-out of 0 is "without limit".
      return timeoutMs == 0
          ? selector.selectNow(onKey)
          : selector.select(onKey, Math.max(timeoutMs, 0));
    } catch (IOException e) {
      throw new UncheckedIOException("the selector failed", e);
    } finally {
      polling = false;
      if (watchesEnded) {
        dropEndedWatches();
      }
    }
  }

  private void onKey(SelectionKey key) {
    Object listener = key.attachment();
    if (listener instanceof NioStreamSocket socket) {
      socket.onSelected(key.readyOps());
    } else if (listener instanceof Watch watch) {
      watch.onAcceptable.onReady();
    } else {
      staleEvents++;
    }
  }

  @Override
  public void wakeup() {
    selector.wakeup();
  }

  @Override
  public int watch(ListenSocket socket, ReadyHandler onAcceptable) {
    NioListenSocket listener = (NioListenSocket) socket;
    Watch known = watches.get(listener);
    if (known != null) {
      known.onAcceptable = onAcceptable;
      known.active = true;
      known.key.interestOps(SelectionKey.OP_ACCEPT);
      return 0;
    }
    try {
      SelectionKey key = listener.channel().register(selector, SelectionKey.OP_ACCEPT);
      Watch watch = new Watch(key, onAcceptable);
      key.attach(watch);
      watches.put(listener, watch);
      listener.onWatched(this);
      return 0;
    } catch (ClosedChannelException e) {
      throw new IllegalStateException("watch of a closed listening socket: " + listener, e);
    }
  }

  @Override
  public void unwatch(ListenSocket socket) {
    Watch watch = watches.get((NioListenSocket) socket);
    if (watch == null) {
      return;
    }
    watch.active = false;
    if (watch.key.isValid()) {
      watch.key.interestOps(0);
    }
    watchesEnded = true;
    if (!polling) {
      dropEndedWatches();
    }
  }

  /**
   * Lets go of the descriptors of watches that have ended, so that closing the listening socket
   * closes it at once. Not possible within a poll.
   */
  private void dropEndedWatches() {
    watchesEnded = false;
    watches
        .entrySet()
        .removeIf(
            entry -> {
              Watch watch = entry.getValue();
              if (!watch.active) {
                watch.key.cancel();
                entry.getKey().onUnwatched(this);
              }
              return !watch.active;
            });
    try {
      selector.selectNow();
      selector.selectedKeys().clear(); // Levels: what is ignored here is reported again.
    } catch (IOException e) {
      throw new UncheckedIOException("the selector failed", e);
    }
    selector.wakeup(); // It may have swallowed one that was meant for the next poll.
  }

  @Override
  public StreamSocket accept(ListenSocket socket) {
    NioListenSocket listener = (NioListenSocket) socket;
    SocketChannel channel = null;
    try {
      channel = listener.accept();
      if (channel == null) {
        lastError = -Errno.EAGAIN;
        return null;
      }
      channel.configureBlocking(false);
      options.apply(channel, listener.address().isUnix(), listener.tcp());
      return NioStreamSocket.accepted(channel);
    } catch (IOException e) {
      lastError = ExceptionErrno.ofAccept(e);
      NioTransport.closeQuietly(channel);
      return null;
    } catch (IllegalArgumentException e) {
      // A UNIX client bound to a name that Java cannot tell: it is nobody whom we could serve.
      lastError = -Errno.ECONNABORTED;
      NioTransport.closeQuietly(channel);
      return null;
    }
  }

  @Override
  public int attach(StreamSocket socket, ReadyHandler handler) {
    try {
      ((NioStreamSocket) socket).attach(this, selector, handler);
    } catch (ClosedChannelException e) {
      return -Errno.EBADF;
    }
    sockets++;
    return 0;
  }

  @Override
  public StreamSocket connect(SockAddr address, TcpOptions tcp, ReadyHandler handler) {
    SocketChannel channel = null;
    try {
      channel = SocketChannel.open(NioTransport.familyOf(address));
      channel.configureBlocking(false);
      options.apply(channel, address.isUnix(), tcp);
      if (!tcp.source().isAny()) {
        if (!SourceSocket.fits(tcp.source(), address)) {
          return connectFailed(-Errno.EAFNOSUPPORT, channel);
        }
        options.bindSource(channel, address, tcp.source());
      }
      boolean connected = channel.connect(address.toJava());
      NioStreamSocket socket = NioStreamSocket.connecting(channel, address, connected);
      socket.attachConnecting(this, selector, handler);
      sockets++;
      return socket;
    } catch (IOException e) {
      return connectFailed(ExceptionErrno.ofConnect(e), channel);
    } catch (UnsupportedOperationException e) {
      options.ignore("connections to " + address);
      return connectFailed(-Errno.EAFNOSUPPORT, channel);
    }
  }

  private StreamSocket connectFailed(int errno, SocketChannel channel) {
    lastError = errno;
    NioTransport.closeQuietly(channel);
    return null;
  }

  @Override
  public int lastError() {
    return lastError;
  }

  @Override
  public Pump pump(StreamSocket source, StreamSocket target, FlowCounters counters) {
    return new BufferPump((NioStreamSocket) source, (NioStreamSocket) target, buffers, counters);
  }

  @Override
  public Backlog backlog(int maxBytes) {
    return new NioBacklog(maxBytes);
  }

  @Override
  public Usage usage() {
    return new Usage(sockets, 0, 0, buffers.inUse(), staleEvents, 0);
  }

  void onSocketClosed() {
    assert sockets > 0 : "more sockets closed than attached";
    sockets--;
  }

  @Override
  public void close() {
    for (SelectionKey key : selector.keys()) {
      if (key.attachment() instanceof NioStreamSocket socket) {
        socket.reset();
      }
    }
    watches.keySet().forEach(listener -> listener.onUnwatched(this));
    watches.clear();
    NioTransport.closeQuietly(selector);
  }
}
