package io.sluice.bench.load;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The second destination of one contender that mirrors: a listening port with {@linkplain
 * MirrorManner manners}, on a loop of its own, so that it never delays the server.
 *
 * <p>A black hole is a listener whose accept queue is full, because Linux drops a SYN then
 * (listen(2), tcp(7)); connections of its own keep it full.
 */
public final class MirrorTarget implements Endpoint, Closeable {

  private static final int BACKLOG = 4096;

  /** The least that listen(2) has: the queue takes one connection more than that. */
  private static final int BACKLOG_LEAST = 1;

  private static final int FILLERS_MAX = 16;
  private static final long FILLER_CONNECTS_NS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Who never reads has open at most so many, and resets the oldest. */
  private static final int DEAF_MAX = 1000;

  /** Until here bytes are read: looking for the descriptor is worth it for bulk only. */
  private static final int SHORT_BYTES = 64 << 10;

  private final LoadLoop loop;
  private final MirrorManner manner;
  private final ServerSocketChannel listener;
  private final Meter meter = new Meter();
  private final AtomicInteger connections = new AtomicInteger();
  private final Deque<SocketChannel> deaf = new ArrayDeque<>();
  private final List<SocketChannel> fillers = new ArrayList<>();

  private MirrorTarget(LoadLoop loop, MirrorManner manner, ServerSocketChannel listener) {
    this.loop = loop;
    this.manner = manner;
    this.listener = listener;
  }

  /** Listens on a free port of {@code host}. */
  public static MirrorTarget open(String host, LoadLoop loop, MirrorManner manner)
      throws IOException {
    ServerSocketChannel listener = ServerSocketChannel.open();
    MirrorTarget target = new MirrorTarget(loop, manner, listener);
    InetSocketAddress any = new InetSocketAddress(host, 0);
    switch (manner) {
      case READS, DEAF, RESETS -> {
        listener.bind(any, BACKLOG);
        target.accept();
      }
      case BLACK_HOLE -> {
        listener.bind(any, BACKLOG_LEAST);
        target.fill();
      }
    }
    return target;
  }

  public int port() {
    return listener.socket().getLocalPort();
  }

  /** Bytes that it has read so far. */
  public long receivedBytes() {
    return meter.bytes();
  }

  /** Connections that it will read to their end. */
  public int connections() {
    return connections.get();
  }

  @Override
  public void onReady(SelectionKey key) throws IOException {
    for (SocketChannel channel = listener.accept(); channel != null; channel = listener.accept()) {
      switch (manner) {
        case READS -> {
          channel.configureBlocking(false);
          connections.incrementAndGet();
          loop.register(channel, SelectionKey.OP_READ, new Reader(channel));
        }
        case DEAF -> {
          deaf.add(channel);
          if (deaf.size() > DEAF_MAX) {
            LoadLoop.reset(deaf.remove());
          }
        }
        case RESETS, BLACK_HOLE -> LoadLoop.reset(channel);
      }
    }
  }

  /** Out of descriptors, most likely: the connection stays in the backlog and is tried again. */
  @Override
  public void onFailure(IOException cause) {}

  /** Resets every connection that is left of a run; returns when it is done. */
  public void forget() {
    loop.call(
        () -> {
          deaf.forEach(LoadLoop::reset);
          deaf.clear();
        });
    if (connections() > 0) {
      loop.resetAll();
    }
  }

  @Override
  public void close() throws IOException {
    forget();
    for (SocketChannel filler : fillers) {
      filler.close();
    }
    listener.close();
    // The descriptor of a registered channel is closed by the next turn of its selector.
    loop.selector().wakeup();
  }

  private void accept() throws IOException {
    listener.configureBlocking(false);
    CompletableFuture<Void> registered = new CompletableFuture<>();
    loop.execute(
        () -> {
          try {
            listener.register(loop.selector(), SelectionKey.OP_ACCEPT, this);
            registered.complete(null);
          } catch (IOException e) {
            registered.completeExceptionally(e);
          }
        });
    registered.join();
  }

  /** Connects until one is not answered any more. */
  private void fill() throws IOException {
    while (fillers.size() < FILLERS_MAX) {
      SocketChannel filler = SocketChannel.open();
      fillers.add(filler);
      filler.configureBlocking(false);
      filler.connect(listener.getLocalAddress());
      long startNs = System.nanoTime();
      while (!filler.finishConnect()) {
        if (System.nanoTime() - startNs > FILLER_CONNECTS_NS) {
          return;
        }
        Thread.onSpinWait();
      }
    }
    close();
    throw new IOException("its accept queue takes more than " + FILLERS_MAX + " connections");
  }

  /** A connection that is read to its end. */
  private final class Reader implements Endpoint {
    private final SocketChannel channel;
    private Sink sink;
    private long readBytes;

    Reader(SocketChannel channel) throws IOException {
      this.channel = channel;
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    @Override
    public void onReady(SelectionKey key) throws IOException {
      if (sink == null && readBytes >= SHORT_BYTES) {
        sink = Sink.of(channel);
      }
      long count = sink == null ? channel.read(loop.scratch()) : sink.discard();
      if (count < 0) {
        LoadLoop.closeQuietly(channel);
        connections.decrementAndGet();
        return;
      }
      readBytes += count;
      meter.addBytes(count);
    }

    @Override
    public void onFailure(IOException cause) {
      connections.decrementAndGet();
    }
  }
}
