package io.sluice.session;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Keeps a server's queue of connections full, so that connecting to it takes for ever. */
final class Stall implements AutoCloseable {
  private static final int QUEUE_MAX = 4096;

  /** The kernel answers a connection that fits into the queue at once; once it may be late. */
  private static final int ANSWER_MAX_MS = 300;

  private static final int SILENCES = 2;

  private final List<Socket> waiting = new ArrayList<>();

  Stall(ServerSocketChannel server) throws IOException {
    SocketAddress address = server.getLocalAddress();
    for (int silences = 0; silences < SILENCES; ) {
      silences = connects(address) ? 0 : silences + 1;
      if (waiting.size() > QUEUE_MAX) {
        throw new AssertionError("the queue of " + address + " does not fill");
      }
    }
  }

  private boolean connects(SocketAddress address) throws IOException {
    Socket socket = new Socket();
    waiting.add(socket);
    try {
      socket.connect(address, ANSWER_MAX_MS);
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    for (Socket one : waiting) {
      one.close();
    }
  }
}
