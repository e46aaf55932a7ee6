package io.sluice.bench.load;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.SelectionKey;

/**
 * Sends a message, waits for all of its answer, sends the next: a closed loop, so a slow answer
 * also delays the next question and the tail of the latency is a lower bound.
 */
final class RoundTripTalk implements ClientConnection.Talk {

  private final Meter meter;
  private final int trips;
  private int tripsDone;
  private int unsentBytes;
  private int awaitedBytes;
  private long startNs;

  /** {@code trips} 0 means without end; otherwise the connection stays open and silent after. */
  RoundTripTalk(Meter meter, int trips) {
    this.meter = meter;
    this.trips = trips;
  }

  @Override
  public void onConnected(ClientConnection connection) throws IOException {
    ask(connection);
  }

  @Override
  public void onReadable(ClientConnection connection) throws IOException {
    int count = connection.channel().read(connection.loop().scratch());
    if (count < 0) {
      throw new EOFException("the echo ended");
    }
    awaitedBytes -= count;
    if (awaitedBytes > 0) {
      return;
    }
    meter.addLatency(System.nanoTime() - startNs);
    meter.addOperation();
    tripsDone++;
    if (tripsDone != trips) {
      ask(connection);
    }
  }

  @Override
  public void onWritable(ClientConnection connection) throws IOException {
    send(connection);
    if (unsentBytes == 0) {
      connection.interest(SelectionKey.OP_READ);
    }
  }

  @Override
  public void onFailure(IOException cause) {
    meter.addFailure();
  }

  private void ask(ClientConnection connection) throws IOException {
    awaitedBytes = connection.order().size();
    unsentBytes = awaitedBytes;
    startNs = System.nanoTime();
    send(connection);
    if (unsentBytes > 0) {
      connection.interest(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
    }
  }

  private void send(ClientConnection connection) throws IOException {
    int size = connection.order().size();
    unsentBytes -= connection.channel().write(connection.loop().payload(size - unsentBytes, size));
  }
}
