package io.sluice.bench.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/**
 * The client's end of one connection: connect, send the order, then what {@link Talk} says. Fits
 * one connection; a talk that wants another makes a new one.
 */
final class ClientConnection implements Endpoint {

  /** What a client does once it is connected; on the loop's thread. */
  interface Talk {

    /** The order is on its way: begin. */
    void onConnected(ClientConnection connection) throws IOException;

    void onReadable(ClientConnection connection) throws IOException;

    void onWritable(ClientConnection connection) throws IOException;

    /** It did not connect, or the connection failed; the channel is closed. */
    void onFailure(IOException cause);
  }

  private final LoadLoop loop;
  private final Order order;
  private final Talk talk;
  private SocketChannel channel;
  private SelectionKey key;

  private ClientConnection(LoadLoop loop, Order order, Talk talk) {
    this.loop = loop;
    this.order = order;
    this.talk = talk;
  }

  /** Connects; from the loop's thread. A failure goes to the talk. */
  static void open(LoadLoop loop, InetSocketAddress address, Order order, Talk talk) {
    ClientConnection connection = new ClientConnection(loop, order, talk);
    try {
      connection.connect(address);
    } catch (IOException e) {
      if (connection.channel != null) {
        LoadLoop.reset(connection.channel);
      }
      talk.onFailure(e);
    }
  }

  LoadLoop loop() {
    return loop;
  }

  SocketChannel channel() {
    return channel;
  }

  /** The order; its length tells how much of a message is out already. */
  Order order() {
    return order;
  }

  void interest(int operations) {
    key.interestOps(operations);
  }

  /** Resets the connection after a failure outside its events; from the loop's thread. */
  void fail(IOException cause) {
    LoadLoop.reset(channel);
    talk.onFailure(cause);
  }

  @Override
  public void onReady(SelectionKey ready) throws IOException {
    if (ready.isConnectable()) {
      channel.finishConnect();
      begin();
      return;
    }
    if (ready.isReadable()) {
      talk.onReadable(this);
    }
    if (ready.isWritable()) {
      talk.onWritable(this);
    }
  }

  @Override
  public void onFailure(IOException cause) {
    talk.onFailure(cause);
  }

  private void connect(InetSocketAddress address) throws IOException {
    channel = SocketChannel.open();
    channel.configureBlocking(false);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    if (channel.connect(address)) {
      key = loop.register(channel, SelectionKey.OP_READ, this);
      begin();
    } else {
      key = loop.register(channel, SelectionKey.OP_CONNECT, this);
    }
  }

  private void begin() throws IOException {
    interest(SelectionKey.OP_READ);
    ByteBuffer buffer = loop.scratch();
    order.putInto(buffer);
    switch (order.kind()) {
      case ANSWER, ANSWER_AND_CLOSE -> buffer.position(order.size());
      case SEND, RECEIVE, BOTH, ECHO -> {}
    }
    buffer.flip();
    channel.write(buffer);
    if (buffer.hasRemaining()) {
      throw new IOException("a fresh socket did not take " + buffer.limit() + " bytes");
    }
    talk.onConnected(this);
  }
}
