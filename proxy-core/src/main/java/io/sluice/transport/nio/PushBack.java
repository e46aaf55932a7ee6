package io.sluice.transport.nio;

import java.nio.ByteBuffer;

/**
 * Bytes that were taken from a channel only to be looked at, and have to be read again.
 *
 * <p>Invariant: never empty; who takes the last byte lets go of it. Loop thread only.
 */
final class PushBack {
  private final ByteBuffer bytes;

  /** Keeps a copy of what {@code source} has got since {@code start}. */
  PushBack(ByteBuffer source, int start) {
    int count = source.position() - start;
    assert count > 0 : "nothing to push back";
    bytes = ByteBuffer.allocate(count).put(0, source, start, count);
  }

  /** Puts what fits into {@code target}, whose position moves, and keeps it; returns how much. */
  int show(ByteBuffer target) {
    int count = Math.min(target.remaining(), bytes.remaining());
    target.put(target.position(), bytes, bytes.position(), count);
    target.position(target.position() + count);
    return count;
  }

  /** Drops the first {@code count} bytes; returns what is left, null when nothing is. */
  PushBack without(int count) {
    if (count > bytes.remaining()) {
      throw new IllegalStateException("bytes to be skipped are not there");
    }
    bytes.position(bytes.position() + count);
    return bytes.hasRemaining() ? this : null;
  }
}
