package io.sluice.session;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * One end of the traffic in a test: a client or a server, never blocking, driven by hand between
 * the loop's turns.
 */
final class Peer implements AutoCloseable {
  private final SocketChannel channel;
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();
  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
  private boolean eof;
  private IOException failure;

  /** What came before a reset can be read after a write has failed. */
  private boolean readFailed;

  Peer(SocketChannel channel) throws IOException {
    this.channel = channel;
    channel.configureBlocking(false);
    if (channel.getLocalAddress() instanceof InetSocketAddress) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
  }

  /** A client of {@code address}; loopback connects at once. */
  static Peer connect(SocketAddress address) throws IOException {
    return new Peer(SocketChannel.open(address));
  }

  /** Writes what fits; returns how much that was, or -1 when the connection is broken. */
  int write(byte[] bytes, int offset, int length) {
    try {
      return channel.write(ByteBuffer.wrap(bytes, offset, length));
    } catch (IOException e) {
      fail(e);
      return -1;
    }
  }

  /** Writes all of a text that is known to fit. */
  Peer send(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    if (write(bytes, 0, bytes.length) != bytes.length) {
      throw new AssertionError("the socket did not take " + bytes.length + " bytes", failure);
    }
    return this;
  }

  /** Sends one byte of urgent data after the last of {@code text}, which it belongs to. */
  Peer sendUrgent(int value) throws IOException {
    channel.socket().sendUrgentData(value);
    return this;
  }

  /** Sends one urgent byte unless there is no room or the connection is broken. */
  boolean writeUrgent(int value) {
    try {
      channel.socket().sendUrgentData(value);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  Peer finish() throws IOException {
    channel.shutdownOutput();
    return this;
  }

  /** Closes with a reset. */
  void reset() throws IOException {
    channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    channel.close();
  }

  /** Reads what is there, at most {@code max} bytes; afterwards see the queries below. */
  Peer read(int max) {
    int left = max;
    try {
      while (left > 0 && !eof && !readFailed) {
        int count = channel.read(buffer.clear().limit(Math.min(left, buffer.capacity())));
        if (count < 0) {
          readFailed = isReset(); // A write that was told of the reset leaves an EOF to reads.
          eof = !readFailed;
        }
        if (count <= 0) {
          break;
        }
        received.write(buffer.array(), 0, count);
        left -= count;
      }
    } catch (IOException e) {
      readFailed = true;
      fail(e);
    }
    return this;
  }

  private void fail(IOException e) {
    failure = failure == null ? e : failure;
  }

  Peer read() {
    return read(Integer.MAX_VALUE);
  }

  String text() {
    return received.toString(StandardCharsets.ISO_8859_1);
  }

  byte[] bytes() {
    return received.toByteArray();
  }

  int count() {
    return received.size();
  }

  boolean isEof() {
    return eof;
  }

  /** True once nothing more can be read. */
  boolean isReadOut() {
    return eof || readFailed;
  }

  /** True once a call has failed because the other side has reset the connection. */
  boolean isReset() {
    return failure != null && failure.getMessage().contains("reset");
  }

  boolean isBroken() {
    return failure != null;
  }

  SocketChannel channel() {
    return channel;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
