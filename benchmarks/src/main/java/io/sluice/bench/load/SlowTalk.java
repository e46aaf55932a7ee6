package io.sluice.bench.load;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Receives without end, but only a little at a time: everything before it stands full. */
final class SlowTalk implements ClientConnection.Talk, Ticker.Ticking {

  private static final int PIECE_BYTES = 16 << 10;
  private static final int TICKS_BETWEEN = 16;

  /** What one slow reader takes in a second. */
  static final long BYTES_PER_SECOND = PIECE_BYTES * 1000L / TICKS_BETWEEN;

  private final Meter meter;
  private ClientConnection connection;
  private int ticks;

  SlowTalk(Meter meter) {
    this.meter = meter;
  }

  @Override
  public void onConnected(ClientConnection opened) {
    connection = opened;
    opened.interest(0);
    opened.loop().ticker().add(this);
    meter.addOperation();
  }

  @Override
  public void onTick(long tickNs) {
    if (++ticks < TICKS_BETWEEN || !connection.channel().isOpen()) {
      return;
    }
    ticks = 0;
    try {
      ByteBuffer buffer = connection.loop().scratch();
      int count = connection.channel().read(buffer.limit(PIECE_BYTES));
      if (count < 0) {
        throw new EOFException("the bulk stream ended");
      }
      meter.addBytes(count);
    } catch (IOException e) {
      connection.fail(e);
    }
  }

  @Override
  public void onReadable(ClientConnection ready) {}

  @Override
  public void onWritable(ClientConnection ready) {}

  @Override
  public void onFailure(IOException cause) {
    meter.addFailure();
  }
}
