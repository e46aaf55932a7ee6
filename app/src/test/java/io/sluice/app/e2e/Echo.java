package io.sluice.app.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;

/** A server that sends back what each client says, until it is closed. */
final class Echo implements AutoCloseable {
  private static final int LIMIT_MS = 20_000;

  private final ServerSocket listener;

  Echo() throws IOException {
    listener = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
    start(this::serve);
  }

  String address() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  /** The bytes that {@link #roundTrip} sends. */
  static byte[] content(int count) {
    byte[] content = new byte[count];
    for (int i = 0; i < count; i++) {
      content[i] = (byte) (i * 31 + (i >>> 8));
    }
    return content;
  }

  /** Sends {@code count} bytes through {@code sluice} and returns how many came back unchanged. */
  static int roundTrip(Sluice sluice, int count) throws IOException {
    try (Socket client = sluice.connect()) {
      return roundTrip(client, count);
    }
  }

  /** The same over {@code client}, which has then sent all that it will. */
  static int roundTrip(Socket client, int count) throws IOException {
    byte[] sent = content(count);
    client.setSoTimeout(LIMIT_MS);
    Thread sender = new Thread(() -> send(client, sent), "echo-sender");
    sender.start();
    byte[] received = client.getInputStream().readNBytes(count);
    int same = Arrays.mismatch(sent, received);
    return same < 0 ? count : same;
  }

  /** A failure shows at the receiver, which then misses bytes. */
  private static void send(Socket client, byte[] bytes) {
    try {
      client.getOutputStream().write(bytes);
      client.shutdownOutput();
    } catch (IOException e) {
      System.err.println("echo client: " + e);
    }
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "echo");
    thread.setDaemon(true);
    thread.start();
  }

  private void serve() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        start(() -> serve(client));
      } catch (IOException e) {
        // The client has gone, or the listener: the loop's condition tells which.
      }
    }
  }

  private static void serve(Socket client) {
    try (client) {
      client.getInputStream().transferTo(client.getOutputStream());
    } catch (IOException e) {
      // How the proxy ends the connection is what tests look at, at the other end.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
