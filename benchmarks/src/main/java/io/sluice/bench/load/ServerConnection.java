package io.sluice.bench.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/** The server's end of one connection: reads the order, then carries it out until closed. */
final class ServerConnection implements Endpoint {

  private final LoadLoop loop;
  private final SocketChannel channel;
  private final Meter meter;
  private final Runnable onClose;

  private long orderBits;
  private int orderBytes;
  private Order order;
  private Sink sink;
  private long sentBytes;
  private int arrivedBytes;
  private int owedBytes;

  /** {@code meter} counts what bulk orders receive; {@code onClose} runs exactly once. */
  ServerConnection(LoadLoop loop, SocketChannel channel, Meter meter, Runnable onClose) {
    this.loop = loop;
    this.channel = channel;
    this.meter = meter;
    this.onClose = onClose;
  }

  @Override
  public void onReady(SelectionKey key) throws IOException {
    if (key.isReadable() && !read(key)) {
      LoadLoop.closeQuietly(channel);
      onClose.run();
      return;
    }
    if (key.isWritable() && order != null) {
      write(key);
    }
  }

  @Override
  public void onFailure(IOException cause) {
    onClose.run();
  }

  /** False when the connection has come to its end. */
  private boolean read(SelectionKey key) throws IOException {
    if (order != null && isBulk()) {
      long count = sink.discard();
      meter.addBytes(Math.max(count, 0));
      return count >= 0;
    }
    ByteBuffer buffer = loop.scratch();
    if (channel.read(buffer) < 0) {
      return false;
    }
    buffer.flip();
    if (order == null && !readOrder(buffer, key)) {
      return true;
    }
    return isBulk() || onMessageBytes(buffer.remaining(), key);
  }

  /** False while the order is not complete. */
  private boolean readOrder(ByteBuffer buffer, SelectionKey key) throws IOException {
    while (orderBytes < Order.BYTES && buffer.hasRemaining()) {
      orderBits = orderBits << 8 | (buffer.get() & 0xff);
      orderBytes++;
    }
    if (orderBytes < Order.BYTES) {
      return false;
    }
    order = Order.fromBits(orderBits);
    switch (order.kind()) {
      case SEND, RECEIVE, BOTH -> sink = Sink.of(channel);
      case ANSWER, ANSWER_AND_CLOSE -> arrivedBytes = Order.BYTES;
      case ECHO -> {}
    }
    switch (order.kind()) {
      case SEND, BOTH -> key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
      case RECEIVE, ECHO, ANSWER, ANSWER_AND_CLOSE -> {}
    }
    return true;
  }

  private boolean isBulk() {
    return switch (order.kind()) {
      case SEND, RECEIVE, BOTH -> true;
      case ECHO, ANSWER, ANSWER_AND_CLOSE -> false;
    };
  }

  private boolean onMessageBytes(int count, SelectionKey key) throws IOException {
    arrivedBytes += count;
    if (arrivedBytes < order.size()) {
      return true;
    }
    arrivedBytes -= order.size();
    owedBytes = order.size();
    return answer(key);
  }

  /** False when the answer is out and it was the last. */
  private boolean answer(SelectionKey key) throws IOException {
    owedBytes -= channel.write(loop.payload(order.size() - owedBytes, order.size()));
    if (owedBytes > 0) {
      key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
      return true;
    }
    return order.kind() != Order.Kind.ANSWER_AND_CLOSE;
  }

  private void write(SelectionKey key) throws IOException {
    if (isBulk()) {
      sentBytes += loop.source().send(channel, sentBytes);
      return;
    }
    if (!answer(key)) {
      LoadLoop.closeQuietly(channel);
      onClose.run();
    } else if (owedBytes == 0) {
      key.interestOps(SelectionKey.OP_READ);
    }
  }
}
