package io.sluice.app.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** A server that lets everybody in and says nothing, until it is closed: what checks may ask. */
final class Doorkeeper implements AutoCloseable {
  private final ServerSocket listener = new ServerSocket();
  private final Thread thread = new Thread(this::run, "doorkeeper");

  /** One at {@code port}, or where the kernel chooses if that is 0. */
  Doorkeeper(int port) throws IOException {
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    thread.setDaemon(true);
    thread.start();
  }

  int port() {
    return listener.getLocalPort();
  }

  private void run() {
    while (!listener.isClosed()) {
      try {
        listener.accept().close();
      } catch (IOException e) {
        // Closed, or a client that has gone again: the loop looks which.
      }
    }
  }

  /** Whoever comes now is refused. */
  @Override
  public void close() throws IOException {
    listener.close();
  }
}
