package io.sluice.health;

import io.sluice.linux.Errno;
import io.sluice.transport.StreamSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What a server has said so far, up to a bound; what comes behind it stays in the kernel.
 *
 * <p>Invariant: once full, ended or failed, nothing is taken in any more.
 */
final class Answer {
  /** HAProxy's tune.bufsize. */
  static final int BYTES_MAX = 16 << 10;

  private static final int BYTES_FIRST = 512;

  private ByteBuffer bytes = ByteBuffer.allocate(BYTES_FIRST);
  private boolean ended;
  private int errno;

  /** Takes in what there is; returns whether anything is new: bytes, the end, or an error. */
  boolean receive(StreamSocket socket) {
    boolean news = false;
    while (socket.isReadable() && !isOver()) {
      if (!bytes.hasRemaining()) {
        bytes = ByteBuffer.allocate(Math.min(bytes.capacity() * 4, BYTES_MAX)).put(bytes.flip());
      }
      long received = socket.receive(bytes);
      if (received == -Errno.EAGAIN) {
        return news;
      }
      news = true;
      ended = received == 0;
      errno = received < 0 ? (int) -received : 0;
    }
    return news;
  }

  /** Forgets the bytes so far. */
  void clear() {
    bytes.clear();
  }

  int length() {
    return bytes.position();
  }

  byte at(int index) {
    return bytes.get(index);
  }

  boolean isFull() {
    return bytes.position() == BYTES_MAX;
  }

  /** Whether nothing can follow. */
  boolean isOver() {
    return ended || errno != 0 || isFull();
  }

  /** What broke the connection; 0 as long as nothing has. */
  int errno() {
    return errno;
  }

  /** The place of {@code wanted}, or -1. */
  int indexOf(byte[] wanted) {
    byte[] all = bytes.array();
    int last = bytes.position() - wanted.length;
    for (int at = 0; at <= last; at++) {
      if (Arrays.equals(all, at, at + wanted.length, wanted, 0, wanted.length)) {
        return at;
      }
    }
    return -1;
  }

  /** The place of {@code wanted} at or after {@code from}, or -1. */
  int indexOf(char wanted, int from) {
    for (int at = from; at < bytes.position(); at++) {
      if (bytes.get(at) == (byte) wanted) {
        return at;
      }
    }
    return -1;
  }

  /** A part of it, a char for each byte. */
  String text(int from, int to) {
    return new String(bytes.array(), from, to - from, StandardCharsets.ISO_8859_1);
  }
}
