package io.sluice.bench.load;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The server behind one contender: a listening port of its own, so that ports in TIME_WAIT of one
 * contender never hinder another. The first loop accepts, all loops serve in turn.
 */
public final class Target implements Endpoint, Closeable {

  private static final int BACKLOG = 4096;

  private final List<LoadLoop> loops;
  private final List<Meter> meters = new ArrayList<>();
  private final ServerSocketChannel listener;
  private final AtomicInteger connections = new AtomicInteger();
  private final int port;
  private int turn;

  private Target(List<LoadLoop> loops, ServerSocketChannel listener) {
    this.loops = loops;
    this.listener = listener;
    this.port = listener.socket().getLocalPort();
    loops.forEach(loop -> meters.add(new Meter()));
  }

  /** Listens on a free port of one of this machine's addresses and serves at once. */
  public static Target open(String host, List<LoadLoop> loops) throws IOException {
    ServerSocketChannel listener = ServerSocketChannel.open();
    listener.bind(new InetSocketAddress(host, 0), BACKLOG);
    listener.configureBlocking(false);
    Target target = new Target(loops, listener);
    CompletableFuture<Void> registered = new CompletableFuture<>();
    LoadLoop acceptor = loops.get(0);
    acceptor.execute(
        () -> {
          try {
            listener.register(acceptor.selector(), SelectionKey.OP_ACCEPT, target);
            registered.complete(null);
          } catch (IOException e) {
            registered.completeExceptionally(e);
          }
        });
    registered.join();
    return target;
  }

  public int port() {
    return port;
  }

  /** Bytes that bulk connections have brought so far. */
  public long receivedBytes() {
    return meters.stream().mapToLong(Meter::bytes).sum();
  }

  /** Connections that are open now. */
  public int connections() {
    return connections.get();
  }

  @Override
  public void onReady(SelectionKey key) throws IOException {
    for (SocketChannel channel = listener.accept(); channel != null; channel = listener.accept()) {
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      serve(channel);
    }
  }

  /** Out of descriptors, most likely: the connection stays in the backlog and is tried again. */
  @Override
  public void onFailure(IOException cause) {}

  @Override
  public void close() throws IOException {
    listener.close();
    // The descriptor of a registered channel is closed by the next turn of its selector.
    loops.get(0).selector().wakeup();
  }

  private void serve(SocketChannel channel) {
    int index = turn++ % loops.size();
    LoadLoop loop = loops.get(index);
    ServerConnection connection =
        new ServerConnection(loop, channel, meters.get(index), connections::decrementAndGet);
    connections.incrementAndGet();
    if (index == 0) {
      register(loop, channel, connection);
    } else {
      loop.execute(() -> register(loop, channel, connection));
    }
  }

  private static void register(LoadLoop loop, SocketChannel channel, ServerConnection connection) {
    try {
      loop.register(channel, SelectionKey.OP_READ, connection);
    } catch (IOException e) {
      connection.onFailure(e);
    }
  }
}
