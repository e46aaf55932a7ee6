package io.sluice.health;

import io.sluice.linux.Errno;
import io.sluice.transport.StreamSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Bytes on their way to a server, of which the socket may take a part at a time. */
final class Speech {
  private final ByteBuffer bytes;

  Speech(byte[] bytes) {
    this.bytes = ByteBuffer.wrap(bytes);
  }

  /** The chars of {@code latin1}, each as a byte. */
  static Speech of(String latin1) {
    return new Speech(latin1.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Sends what fits: 0 when all is sent, {@code -EAGAIN} when not, another {@code -errno}. */
  int send(StreamSocket socket) {
    while (bytes.hasRemaining()) {
      if (!socket.isWritable()) {
        return -Errno.EAGAIN;
      }
      long sent = socket.send(bytes);
      if (sent < 0) {
        return (int) sent;
      }
    }
    return 0;
  }
}
