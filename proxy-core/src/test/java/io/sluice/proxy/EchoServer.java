package io.sluice.proxy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Sends back what it receives, on real threads, until it receives a FIN, which it sends back too.
 */
final class EchoServer implements AutoCloseable {
  private static final int END_MS = 20_000;

  private final ServerSocketChannel listener;
  private final List<SocketChannel> connections = new CopyOnWriteArrayList<>();

  private final Thread acceptor;

  private EchoServer(ServerSocketChannel listener) {
    this.listener = listener;
    acceptor = start(this::accept);
  }

  /** On a free port of the loopback address. */
  static EchoServer tcp() throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open();
    channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    return new EchoServer(channel);
  }

  static EchoServer unix(Path path) throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    channel.bind(UnixDomainSocketAddress.of(path));
    return new EchoServer(channel);
  }

  /** As a server of a configuration. */
  String address() {
    return "127.0.0.1:" + listener.socket().getLocalPort();
  }

  /** Connections so far. */
  int accepted() {
    return connections.size();
  }

  private static Thread start(Runnable body) {
    Thread thread = new Thread(body, "echo");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel connection = listener.accept();
        connections.add(connection);
        start(() -> echo(connection));
      }
    } catch (IOException e) {
      // Closed: the test is over.
    }
  }

  private static void echo(SocketChannel connection) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
    try (connection) {
      while (connection.read(buffer.clear()) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          connection.write(buffer);
        }
      }
    } catch (IOException e) {
      // Reset: nothing to send back any more.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    try {
      acceptor.join(END_MS); // It may just be taking one more, which is to be closed too.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (SocketChannel connection : connections) {
      connection.close();
    }
  }
}
