package io.sluice.app.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Ports of 127.0.0.1. */
final class Ports {
  private Ports() {}

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
