package io.sluice.app.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/** Ports of 127.0.0.1. */
public final class Ports {
  /** Below the range from which the kernel takes ports for outgoing connections. */
  private static final int FIRST = 12_000;

  private static final int END = 30_000;
  private static final int ATTEMPTS = 100;

  /** Whoever got one has not bound it yet, and two HAProxies or frontends could both bind it. */
  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  private Ports() {}

  /** A port that nothing listens on now, another one each time. */
  public static int free() throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      try (ServerSocket probe = new ServerSocket()) {
        probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        if (GIVEN.add(port)) {
          return port;
        }
      } catch (IOException e) {
        // Taken; the next one may be free.
      }
    }
    throw new IOException("no free port between " + FIRST + " and " + END);
  }

  /**
   * Whether something listens on {@code port}, at any IPv4 address. Found out without connecting,
   * which a server that expects one client would take for that client: proc(5), {@code net/tcp}.
   */
  static boolean listens(int port) {
    String listening = String.format(":%04X 00000000:0000 0A ", port);
    try (Stream<String> lines = Files.lines(Path.of("/proc/net/tcp"))) {
      return lines.anyMatch(line -> line.contains(listening));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
