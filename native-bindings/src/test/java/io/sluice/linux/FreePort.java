package io.sluice.linux;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** Ports of 127.0.0.1 for listeners whose port has to be known before they listen. */
public final class FreePort {
  /** Below the range from which the kernel takes ports for whoever does not name one. */
  private static final int FIRST = 12_000;

  private static final int END = 30_000;
  private static final int ATTEMPTS = 100;

  /** Whoever got one may not have bound it yet, and with SO_REUSEPORT two could. */
  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  private FreePort() {}

  /** A port that nothing listens on now, another one each time. */
  public static int any() throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        if (GIVEN.add(probe.getLocalPort())) {
          return port;
        }
      } catch (IOException e) {
        // Taken; the next one may be free.
      }
    }
    throw new IOException("no free port between " + FIRST + " and " + END);
  }
}
