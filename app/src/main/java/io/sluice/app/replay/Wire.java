package io.sluice.app.replay;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A connection to the server that never waits, except in {@link #await}. One thread.
 *
 * <p>Results are those of system calls: bytes, 0 for the end, {@code -errno} from {@link
 * io.sluice.linux.Errno}, of which EAGAIN says "not now" and promises that {@link #await} returns
 * once it is otherwise.
 */
interface Wire extends Closeable {

  /**
   * Sends from a file without looking at the bytes.
   *
   * @param length more than 0
   * @return bytes sent, 0 when the file ends before {@code offset}, or {@code -errno}
   * @throws IOException when the file cannot be opened or read
   */
  long send(Path file, long offset, long length) throws IOException;

  /** Receives into {@code buffer}, which has room: bytes, 0 at the end, or {@code -errno}. */
  long receive(ByteBuffer buffer);

  /** Receives and forgets, as {@link #receive}. */
  long discard();

  /** Waits until one of the calls that said EAGAIN has something to do, or for {@code waitNs}. */
  void await(long waitNs) throws IOException;

  /** Sends a FIN behind the last byte. */
  void endOutput() throws IOException;

  /** Whether the server's kernel has all bytes; true where nobody can tell. */
  boolean isDelivered();

  /** Closes with a reset. */
  void reset() throws IOException;
}
