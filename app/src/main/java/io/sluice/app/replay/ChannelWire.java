package io.sluice.app.replay;

import io.sluice.linux.Errno;
import io.sluice.linux.SockAddr;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A connection of the JDK's channels: transferTo is its sendfile(2), where there is one. */
final class ChannelWire implements Wire {
  private static final int DISCARD_BYTES = 64 << 10;

  private final SocketChannel socket;
  private final Selector selector;
  private final SelectionKey key;
  private final boolean tcp;
  private final ByteBuffer discarded = ByteBuffer.allocateDirect(DISCARD_BYTES);
  private final Map<Path, FileChannel> sources = new HashMap<>();

  /** Whether sending, or receiving, said "not now". */
  private boolean full;

  private boolean empty;

  private ChannelWire(SocketChannel socket, Selector selector, boolean tcp) throws IOException {
    this.socket = socket;
    this.selector = selector;
    this.tcp = tcp;
    socket.configureBlocking(false);
    key = socket.register(selector, 0);
  }

  /**
   * Connects.
   *
   * @throws IOException when the server refuses, or does not answer within {@code timeoutNs}
   */
  static ChannelWire connect(SockAddr address, long timeoutNs) throws IOException {
    SocketAddress target = target(address);
    SocketChannel socket =
        address.isUnix() ? SocketChannel.open(StandardProtocolFamily.UNIX) : SocketChannel.open();
    Selector selector = null;
    try {
      selector = Selector.open();
      ChannelWire wire = new ChannelWire(socket, selector, !address.isUnix());
      wire.connect(target, timeoutNs);
      return wire;
    } catch (IOException e) {
      if (selector != null) {
        selector.close();
      }
      socket.close();
      throw e instanceof SocketTimeoutException
          ? e
          : new IOException("connect " + address + ": " + e.getMessage(), e);
    }
  }

  private static SocketAddress target(SockAddr address) throws IOException {
    try {
      return address.toJava();
    } catch (UnsupportedOperationException e) {
      throw new IOException("connect " + address + ": not possible with transport nio", e);
    }
  }

  private void connect(SocketAddress target, long timeoutNs) throws IOException {
    long deadlineNs = System.nanoTime() + timeoutNs;
    boolean connected = socket.connect(target);
    while (!connected) {
      long leftNs = deadlineNs - System.nanoTime();
      if (leftNs <= 0) {
        throw new SocketTimeoutException("connect " + target + ": no answer in time");
      }
      select(SelectionKey.OP_CONNECT, leftNs);
      connected = socket.finishConnect();
    }
    if (tcp) {
      // Segments leave as they were recorded, not when enough of them have come together.
      socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
  }

  @Override
  public long send(Path file, long offset, long length) throws IOException {
    FileChannel source = sources.get(file);
    if (source == null) {
      source = FileChannel.open(file, StandardOpenOption.READ);
      sources.put(file, source);
    }
    long sent;
    try {
      sent = source.transferTo(offset, length, socket);
    } catch (IOException e) {
      return -errno(e, Errno.EPIPE);
    }
    // transferTo says 0 for a full socket and for the end of the file.
    full = sent == 0 && source.size() > offset;
    return full ? -Errno.EAGAIN : sent;
  }

  @Override
  public long receive(ByteBuffer buffer) {
    try {
      int received = socket.read(buffer);
      empty = received == 0;
      return empty ? -Errno.EAGAIN : Math.max(received, 0);
    } catch (IOException e) {
      return -errno(e, Errno.ECONNRESET);
    }
  }

  /** The JDK keeps only the text of strerror(3). */
  private static int errno(IOException e, int otherwise) {
    String message = String.valueOf(e.getMessage());
    if (message.contains("reset")) {
      return Errno.ECONNRESET;
    }
    return message.contains("Broken pipe") ? Errno.EPIPE : otherwise;
  }

  @Override
  public long discard() {
    discarded.clear();
    return receive(discarded);
  }

  @Override
  public void await(long waitNs) throws IOException {
    select((full ? SelectionKey.OP_WRITE : 0) | (empty ? SelectionKey.OP_READ : 0), waitNs);
  }

  private void select(int interest, long waitNs) throws IOException {
    key.interestOps(interest);
    // Rounded up; 0 would wait for ever.
    selector.select(TimeUnit.NANOSECONDS.toMillis(Math.max(waitNs, 0)) + 1);
    selector.selectedKeys().clear();
  }

  @Override
  public void endOutput() {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      // The server has reset the connection, which receiving tells.
    }
    full = false;
  }

  @Override
  public boolean isDelivered() {
    return true;
  }

  @Override
  public void reset() throws IOException {
    if (tcp) {
      socket.setOption(StandardSocketOptions.SO_LINGER, 0);
    }
    close();
  }

  @Override
  public void close() throws IOException {
    for (FileChannel source : sources.values()) {
      source.close();
    }
    sources.clear();
    selector.close();
    socket.close();
  }
}
