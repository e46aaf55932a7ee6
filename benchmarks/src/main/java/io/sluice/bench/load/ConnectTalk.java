package io.sluice.bench.load;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;

/** Connects, asks once, takes the answer, closes, and begins again with a new connection. */
final class ConnectTalk implements ClientConnection.Talk {

  private final LoadLoop loop;
  private final InetSocketAddress address;
  private final Order order;
  private final Ending ending;
  private final Meter meter;
  private int awaitedBytes;
  private long startNs;

  ConnectTalk(LoadLoop loop, InetSocketAddress address, int size, Ending ending, Meter meter) {
    this.loop = loop;
    this.address = address;
    this.ending = ending;
    this.meter = meter;
    this.order =
        new Order(
            switch (ending) {
              case CLIENT_RESET, CLIENT_FIN -> Order.Kind.ANSWER;
              case SERVER_FIN -> Order.Kind.ANSWER_AND_CLOSE;
            },
            size);
  }

  /** Opens the next connection; from the loop's thread. */
  void next() {
    if (!meter.isStopping()) {
      startNs = System.nanoTime();
      awaitedBytes = order.size();
      ClientConnection.open(loop, address, order, this);
    }
  }

  @Override
  public void onConnected(ClientConnection connection) {}

  @Override
  public void onReadable(ClientConnection connection) throws IOException {
    int count = connection.channel().read(loop.scratch());
    if (count < 0) {
      if (ending != Ending.SERVER_FIN || awaitedBytes > 0) {
        throw new EOFException("closed before the answer was complete");
      }
      LoadLoop.closeQuietly(connection.channel());
      onDone();
      return;
    }
    awaitedBytes -= count;
    if (awaitedBytes > 0) {
      return;
    }
    switch (ending) {
      case CLIENT_RESET -> {
        LoadLoop.reset(connection.channel());
        onDone();
      }
      case CLIENT_FIN -> {
        LoadLoop.closeQuietly(connection.channel());
        onDone();
      }
      case SERVER_FIN -> {} // Its FIN makes the connection complete.
    }
  }

  @Override
  public void onWritable(ClientConnection connection) {}

  @Override
  public void onFailure(IOException cause) {
    meter.addFailure();
    loop.retry(this::next);
  }

  private void onDone() {
    meter.addLatency(System.nanoTime() - startNs);
    meter.addOperation();
    next();
  }
}
