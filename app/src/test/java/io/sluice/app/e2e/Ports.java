package io.sluice.app.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports of 127.0.0.1. */
final class Ports {
  /** Below the range from which the kernel takes ports for outgoing connections. */
  private static final int FIRST = 12_000;

  private static final int END = 30_000;
  private static final int ATTEMPTS = 100;

  private Ports() {}

  /** A port that nothing listens on now. */
  static int free() throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      try (ServerSocket probe = new ServerSocket()) {
        probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return port;
      } catch (IOException e) {
        // Taken; the next one may be free.
      }
    }
    throw new IOException("no free port between " + FIRST + " and " + END);
  }

  /** Whether something accepts connections at {@code port}. */
  static boolean listens(int port) {
    try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return probe.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}
