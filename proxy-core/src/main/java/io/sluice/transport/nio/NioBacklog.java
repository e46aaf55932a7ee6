package io.sluice.transport.nio;

import io.sluice.linux.Errno;
import io.sluice.transport.Backlog;
import io.sluice.transport.OutputFile;
import io.sluice.transport.StreamSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** A backlog of copies on the heap, a buffer for each addition. */
final class NioBacklog implements Backlog {
  private static final int RECEIVE_BYTES = 16 << 10;

  private final long maxBytes;
  private final Queue<ByteBuffer> buffers = new ConcurrentLinkedQueue<>();
  private final AtomicLong bytes = new AtomicLong();
  private long copiedBytes;

  NioBacklog(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Adds a copy of {@code source}'s remaining bytes, or of as many as there is room for. */
  long copy(ByteBuffer source) {
    long room = maxBytes - bytes.get();
    if (room <= 0) {
      return -Errno.EAGAIN;
    }
    byte[] copy = new byte[(int) Math.min(room, source.remaining())];
    source.get(source.position(), copy);
    put(copy);
    return copy.length;
  }

  private void put(byte[] copy) {
    buffers.add(ByteBuffer.wrap(copy));
    bytes.addAndGet(copy.length);
    copiedBytes += copy.length;
  }

  @Override
  public long add(byte[] content) {
    if (maxBytes - bytes.get() < content.length) {
      return -Errno.EAGAIN;
    }
    buffers.add(ByteBuffer.wrap(content.clone()));
    bytes.addAndGet(content.length);
    return content.length;
  }

  @Override
  public long receiveFrom(StreamSocket socket) {
    long room = maxBytes - bytes.get();
    if (room <= 0) {
      return -Errno.EAGAIN;
    }
    ByteBuffer target = ByteBuffer.allocate((int) Math.min(room, RECEIVE_BYTES));
    long received = ((NioStreamSocket) socket).read(target);
    if (received > 0) {
      put(Arrays.copyOf(target.array(), (int) received));
    }
    return received;
  }

  @Override
  public long bytes() {
    return bytes.get();
  }

  @Override
  public long teedBytes() {
    return 0;
  }

  @Override
  public long copiedBytes() {
    return copiedBytes;
  }

  @Override
  public long sendTo(StreamSocket socket) {
    ByteBuffer head = buffers.element();
    long sent = ((NioStreamSocket) socket).write(head);
    if (sent > 0) {
      took(head, sent);
    }
    return sent;
  }

  @Override
  public void writeTo(OutputFile file, long wanted) throws IOException {
    long left = wanted;
    while (left > 0) {
      ByteBuffer head = buffers.element();
      int part = (int) Math.min(left, head.remaining());
      file.write(head.slice(head.position(), part));
      head.position(head.position() + part);
      took(head, part);
      left -= part;
    }
  }

  private void took(ByteBuffer head, long count) {
    if (!head.hasRemaining()) {
      buffers.remove();
    }
    bytes.addAndGet(-count);
  }

  @Override
  public void trim() {
    // Every buffer goes as soon as it is empty.
  }

  @Override
  public long release() {
    buffers.clear();
    return bytes.getAndSet(0);
  }
}
