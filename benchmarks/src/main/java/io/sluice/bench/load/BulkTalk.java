package io.sluice.bench.load;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.SelectionKey;

/** Receives, sends, or both, without end. */
final class BulkTalk implements ClientConnection.Talk {

  private final Meter meter;
  private Sink sink;
  private long sentBytes;

  BulkTalk(Meter meter) {
    this.meter = meter;
  }

  @Override
  public void onConnected(ClientConnection connection) throws IOException {
    sink = Sink.of(connection.channel());
    switch (connection.order().kind()) {
      case RECEIVE, BOTH -> connection.interest(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
      case SEND, ECHO, ANSWER, ANSWER_AND_CLOSE -> {}
    }
    meter.addOperation();
  }

  @Override
  public void onReadable(ClientConnection connection) throws IOException {
    long count = sink.discard();
    if (count < 0) {
      throw new EOFException("the bulk stream ended");
    }
    meter.addBytes(count);
  }

  @Override
  public void onWritable(ClientConnection connection) throws IOException {
    sentBytes += connection.loop().source().send(connection.channel(), sentBytes);
  }

  @Override
  public void onFailure(IOException cause) {
    meter.addFailure();
  }
}
