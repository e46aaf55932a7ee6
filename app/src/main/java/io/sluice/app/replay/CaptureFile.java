package io.sluice.app.replay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A capture being read from front to back, through a window of fixed size: what a file says about
 * its lengths never decides how much memory is taken. One thread.
 */
final class CaptureFile implements AutoCloseable {
  static final int WINDOW_BYTES = 64 << 10;

  private final Path path;
  private final FileChannel channel;
  private final long size;
  private final ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES).limit(0);

  /** Where in the file the window begins. */
  private long windowStart;

  private CaptureFile(Path path, FileChannel channel) throws IOException {
    this.path = path;
    this.channel = channel;
    size = channel.size();
  }

  static CaptureFile open(Path path) throws IOException {
    return new CaptureFile(path, FileChannel.open(path, StandardOpenOption.READ));
  }

  Path path() {
    return path;
  }

  /** In bytes, when it was opened: what is appended meanwhile is not read. */
  long size() {
    return size;
  }

  void order(ByteOrder order) {
    window.order(order);
  }

  /**
   * Bytes from {@code offset} on, in this file's byte order; valid until the next call.
   *
   * @param length at most {@link #WINDOW_BYTES}
   * @param what the bytes are, for the message
   * @throws CaptureException when the file ends before
   */
  ByteBuffer bytes(long offset, int length, String what) throws IOException {
    assert length <= WINDOW_BYTES : length;
    if (length > size - offset) {
      throw CaptureException.endsWithin(path, offset, what, length, size - offset);
    }
    if (offset < windowStart || offset + length > windowStart + window.limit()) {
      fill(offset, length, what);
    }
    return window.slice((int) (offset - windowStart), length).order(window.order());
  }

  private void fill(long offset, int length, String what) throws IOException {
    window.clear();
    windowStart = offset;
    while (window.position() < length) {
      int read = channel.read(window, offset + window.position());
      if (read < 0) {
        int available = window.position();
        window.flip();
        throw CaptureException.endsWithin(path, offset, what, length, available);
      }
    }
    window.flip();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
