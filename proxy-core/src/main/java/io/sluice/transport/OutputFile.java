package io.sluice.transport;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A file being written from its beginning to its end, on one thread that may block.
 *
 * <p>Made by {@link Transport#createFile}: it did not exist before, and nobody but its owner can
 * read it.
 */
public interface OutputFile extends Closeable {

  /** Writes all of {@code bytes}. */
  void write(ByteBuffer bytes) throws IOException;

  /** Bytes written so far. */
  long position();

  /** Cuts the file back to {@code length} bytes and goes on from there. */
  void truncate(long length) throws IOException;

  /** Gives the file another name in its folder, unless that exists. */
  void rename(String name) throws IOException;
}
