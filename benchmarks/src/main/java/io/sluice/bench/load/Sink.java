package io.sluice.bench.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * Where bulk bytes end. Reads large pieces into one direct buffer that nobody looks at: one copy,
 * and few system calls. One per loop.
 */
final class Sink {

  private static final int PIECE_BYTES = 512 << 10;

  private final ByteBuffer buffer = ByteBuffer.allocateDirect(PIECE_BYTES);

  /** Discards what has arrived: the number of bytes, 0 when there was nothing, −1 at the end. */
  long discard(SocketChannel channel) throws IOException {
    return channel.read(buffer.clear());
  }
}
