package io.sluice.bench.load;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.SelectionKey;

/** Sends a message, waits for all of its answer, sends the next when its {@link Pace} says so. */
final class RoundTripTalk implements ClientConnection.Talk, Ticker.Ticking {

  private final Meter meter;
  private final int trips;
  private final Pace pace;
  private ClientConnection connection;
  private boolean ticking;
  private boolean waiting;
  private int tripsDone;
  private int unsentBytes;
  private int awaitedBytes;
  private long dueNs;

  /** {@code trips} 0 means without end; otherwise the connection stays open and silent after. */
  RoundTripTalk(Meter meter, int trips, Pace pace) {
    this.meter = meter;
    this.trips = trips;
    this.pace = pace;
  }

  @Override
  public void onConnected(ClientConnection opened) throws IOException {
    connection = opened;
    next(System.nanoTime());
  }

  @Override
  public void onReadable(ClientConnection ready) throws IOException {
    int count = ready.channel().read(ready.loop().scratch());
    if (count < 0) {
      throw new EOFException("the echo ended");
    }
    awaitedBytes -= count;
    if (awaitedBytes > 0) {
      return;
    }
    long nowNs = System.nanoTime();
    meter.addLatency(nowNs - dueNs);
    meter.addOperation();
    tripsDone++;
    if (tripsDone != trips) {
      next(nowNs);
    }
  }

  @Override
  public void onWritable(ClientConnection ready) throws IOException {
    send();
    if (unsentBytes == 0) {
      ready.interest(SelectionKey.OP_READ);
    }
  }

  @Override
  public void onTick(long tickNs) {
    if (waiting && tickNs - dueNs >= 0 && connection.channel().isOpen()) {
      try {
        ask();
      } catch (IOException e) {
        connection.fail(e);
      }
    }
  }

  @Override
  public void onFailure(IOException cause) {
    meter.addFailure();
  }

  private void next(long nowNs) throws IOException {
    dueNs = pace.nextNs(nowNs);
    if (dueNs - nowNs <= 0) {
      ask();
    } else {
      if (!ticking) {
        ticking = true;
        connection.loop().ticker().add(this);
      }
      waiting = true;
    }
  }

  private void ask() throws IOException {
    waiting = false;
    awaitedBytes = connection.order().size();
    unsentBytes = awaitedBytes;
    send();
    if (unsentBytes > 0) {
      connection.interest(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
    }
  }

  private void send() throws IOException {
    int size = connection.order().size();
    unsentBytes -= connection.channel().write(connection.loop().payload(size - unsentBytes, size));
  }
}
