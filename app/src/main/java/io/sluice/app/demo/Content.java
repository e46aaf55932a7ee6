package io.sluice.app.demo;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * The bytes that streams are made of: the same in every run, and no part of them like another.
 *
 * <p>Repeats after a prime number of bytes, so that no buffer, page or pipe of the way has a size
 * at which a repeated or a lost piece would go unnoticed.
 */
final class Content {
  /** The largest prime below 2 MiB. */
  static final int PERIOD_BYTES = 2_097_143;

  private static final long SEED = 0x5C1CEL;
  private static final int PIECE_BYTES = 256 * 1024;
  private static final ByteBuffer BYTES = bytes();

  private Content() {}

  /**
   * The piece of the endless content that begins at {@code position}: at most {@code limit} bytes
   * and at least one.
   */
  static ByteBuffer at(long position, long limit) {
    int from = (int) (position % PERIOD_BYTES);
    int length = (int) Math.min(Math.min(limit, PIECE_BYTES), PERIOD_BYTES - from);
    return BYTES.slice(from, length);
  }

  private static ByteBuffer bytes() {
    byte[] random = new byte[PERIOD_BYTES];
    new SplittableRandom(SEED).nextBytes(random);
    return ByteBuffer.allocateDirect(PERIOD_BYTES).put(random).flip().asReadOnlyBuffer();
  }
}
