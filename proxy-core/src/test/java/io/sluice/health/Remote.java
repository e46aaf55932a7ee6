package io.sluice.health;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** A server's end of a check's connection, never blocking, driven between the loop's turns. */
final class Remote implements AutoCloseable {
  private final SocketChannel channel;
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();
  private boolean eof;
  private boolean broken;

  Remote(SocketChannel channel) throws IOException {
    this.channel = channel;
    channel.configureBlocking(false);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
  }

  /** Sends a text that is known to fit. */
  Remote send(String latin1) {
    byte[] bytes = latin1.getBytes(StandardCharsets.ISO_8859_1);
    if (write(bytes) != bytes.length) {
      throw new AssertionError("not sent: " + latin1);
    }
    return this;
  }

  /** Writes what fits; -1 when the connection is broken. */
  int write(byte[] bytes) {
    try {
      return channel.write(ByteBuffer.wrap(bytes));
    } catch (IOException e) {
      broken = true;
      return -1;
    }
  }

  Remote read() {
    ByteBuffer buffer = ByteBuffer.allocate(4096);
    try {
      while (!isOver()) {
        int count = channel.read(buffer.clear());
        if (count == 0) {
          return this;
        }
        eof = count < 0;
        if (count > 0) {
          received.write(buffer.array(), 0, count);
        }
      }
    } catch (IOException e) {
      broken = true;
    }
    return this;
  }

  String text() {
    return received.toString(StandardCharsets.ISO_8859_1);
  }

  SocketChannel channel() {
    return channel;
  }

  boolean isEof() {
    return eof;
  }

  boolean isReset() {
    return broken;
  }

  boolean isOver() {
    return eof || broken;
  }

  void reset() throws IOException {
    channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    channel.close();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
