package io.sluice.app.replay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/** Reads the bytes of a recorded stream, a buffer at a time. One thread. */
final class RecordedBytes implements AutoCloseable {
  private static final int BUFFER_BYTES = 32 << 10;

  private final RecordedStream stream;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final Map<Path, FileChannel> files = new HashMap<>();

  RecordedBytes(RecordedStream stream) {
    this.stream = stream;
  }

  /**
   * The bytes from {@code position} on: at least one, at most {@code length}, less where a segment
   * ends. Valid until the next call.
   *
   * @param position less than the length of the stream
   * @throws IOException when the file is not what it was
   */
  ByteBuffer at(long position, int length) throws IOException {
    int segment = stream.segmentAt(position);
    long within = position - stream.start(segment);
    long rest = Math.min(stream.length(segment) - within, Math.min(length, BUFFER_BYTES));
    Path path = stream.file(segment);
    FileChannel file = files.get(path);
    if (file == null) {
      file = FileChannel.open(path, StandardOpenOption.READ);
      files.put(path, file);
    }
    buffer.clear().limit((int) rest);
    if (file.read(buffer, stream.offset(segment) + within) <= 0) {
      throw CaptureException.of(path, "has become shorter");
    }
    return buffer.flip();
  }

  /** At most {@code length} bytes from {@code position} on, as far as there are. */
  byte[] copy(long position, int length) throws IOException {
    byte[] copy = new byte[(int) Math.min(length, stream.bytes() - position)];
    int filled = 0;
    while (filled < copy.length) {
      ByteBuffer some = at(position + filled, copy.length - filled);
      int count = some.remaining();
      some.get(copy, filled, count);
      filled += count;
    }
    return copy;
  }

  @Override
  public void close() throws IOException {
    for (FileChannel file : files.values()) {
      file.close();
    }
    files.clear();
  }
}
