package io.sluice.mirror.capture;

import io.sluice.transport.Backlog;
import io.sluice.transport.OutputFile;
import io.sluice.transport.StreamSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** A backlog on the heap; one thread adds, another one writes. */
final class MemoryBacklog implements Backlog {
  private final ConcurrentLinkedQueue<ByteBuffer> parts = new ConcurrentLinkedQueue<>();
  private final AtomicLong bytes = new AtomicLong();

  void add(byte[] source, int offset, int length) {
    parts.add(ByteBuffer.wrap(source, offset, length).slice());
    bytes.addAndGet(length);
  }

  @Override
  public long bytes() {
    return bytes.get();
  }

  @Override
  public long sendTo(StreamSocket socket) {
    throw new UnsupportedOperationException("these are written to files");
  }

  @Override
  public void writeTo(OutputFile file, long count) throws IOException {
    long left = count;
    while (left > 0) {
      ByteBuffer part = parts.peek();
      if (part == null) {
        throw new AssertionError("told of " + left + " bytes that were not added");
      }
      int taken = (int) Math.min(left, part.remaining());
      file.write(part.slice(part.position(), taken));
      part.position(part.position() + taken);
      if (!part.hasRemaining()) {
        parts.remove();
      }
      left -= taken;
      bytes.addAndGet(-taken);
    }
  }

  @Override
  public long add(byte[] content) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long receiveFrom(StreamSocket socket) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long teedBytes() {
    return 0;
  }

  @Override
  public long copiedBytes() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void trim() {}

  @Override
  public long release() {
    parts.clear();
    return bytes.getAndSet(0);
  }
}
