package io.sluice.app.demo;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** One end of a connection: lines, then content that is counted and hashed. One thread. */
final class Peer implements AutoCloseable {
  private static final int LINE_BYTES_MAX = 8192;
  private static final int BUFFER_BYTES = 256 * 1024;

  private final SocketChannel channel;

  /** Bytes received and not yet taken, from position to limit. */
  private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER_BYTES).flip();

  Peer(SocketChannel channel) throws IOException {
    this.channel = channel;
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
  }

  static Peer connect(SocketAddress address) throws IOException {
    return new Peer(SocketChannel.open(address));
  }

  /** The next line, without its end. */
  String readLine() throws IOException {
    StringBuilder line = new StringBuilder();
    while (line.length() < LINE_BYTES_MAX) {
      if (!in.hasRemaining() && !receive()) {
        throw new EOFException("the connection ended within a line");
      }
      char c = (char) (in.get() & 0xFF);
      if (c == '\n') {
        return line.toString().stripTrailing();
      }
      line.append(c);
    }
    throw new IOException("a line of more than " + LINE_BYTES_MAX + " bytes");
  }

  void write(String text) throws IOException {
    writeAll(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Sends {@code bytes} of {@link Content} from {@code position} on. */
  Tally sendContent(long position, long bytes) throws IOException {
    CRC32C crc = new CRC32C();
    for (long sent = 0; sent < bytes; ) {
      ByteBuffer piece = Content.at(position + sent, bytes - sent);
      sent += piece.remaining();
      crc.update(piece.duplicate());
      writeAll(piece);
    }
    return new Tally(bytes, crc.getValue());
  }

  /** Takes {@code bytes}, or all until the other end has no more, and hashes them. */
  Tally receiveContent(long bytes) throws IOException {
    CRC32C crc = new CRC32C();
    long received = 0;
    while (received < bytes && (in.hasRemaining() || receive())) {
      int length = (int) Math.min(in.remaining(), bytes - received);
      crc.update(in.slice(in.position(), length));
      in.position(in.position() + length);
      received += length;
    }
    return new Tally(received, crc.getValue());
  }

  /** Sends back what comes, until the other end has no more. */
  void echo() throws IOException {
    while (in.hasRemaining() || receive()) {
      writeAll(in);
    }
  }

  /** Sends {@code message} and waits until as many bytes have come back. */
  void roundTrip(ByteBuffer message) throws IOException {
    int length = message.remaining();
    writeAll(message.duplicate());
    while (in.remaining() < length) {
      in.compact();
      int read = channel.read(in);
      in.flip();
      if (read < 0) {
        throw new EOFException("the echo ended");
      }
    }
    if (in.slice(in.position(), length).mismatch(message) >= 0) {
      throw new IOException("the echo differs from what was sent");
    }
    in.position(in.position() + length);
  }

  void endOutput() throws IOException {
    channel.shutdownOutput();
  }

  private void writeAll(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Refills the empty buffer; false at the end of the stream. */
  private boolean receive() throws IOException {
    in.clear();
    int read = channel.read(in);
    in.flip();
    return read >= 0;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
