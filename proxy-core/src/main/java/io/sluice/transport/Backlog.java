package io.sluice.transport;

import java.io.IOException;

/**
 * Bytes duplicated from one flow that one mirror has not taken yet, in order, without a hole.
 *
 * <p>Invariant: what is borrowed (a pipe, buffers) is borrowed only while there are bytes. One
 * thread adds, the loop's; one thread takes: the loop's by {@link #sendTo}, or a writer's by {@link
 * #writeTo}, never both kinds for one backlog. The taker takes only what it has been told of.
 */
public interface Backlog {

  /** Bytes added and not yet taken. Exact for the thread that adds, never too small. */
  long bytes();

  /**
   * From now on a few bytes may be kept where they can wait for more at no cost. Only for a taker
   * that is the loop. Loop thread.
   */
  default void gather() {}

  /** True while there are few bytes, which may wait for more at no cost. Loop thread. */
  default boolean mayWait() {
    return false;
  }

  /**
   * Sends what there is, as far as the socket takes it. Loop thread.
   *
   * @return bytes sent, more than 0; {@code -EAGAIN} when the socket has no room, which also ends
   *     its writability; another {@code -errno} when it is broken
   */
  long sendTo(StreamSocket socket);

  /**
   * Writes exactly the next {@code bytes} bytes, which must have been added; blocks as long as the
   * file does. Writer thread.
   *
   * @throws IOException when the file takes no more; how many bytes of these it took is {@link
   *     OutputFile#position}'s to say
   */
  void writeTo(OutputFile file, long bytes) throws IOException;

  /**
   * Adds all of {@code content}, for what goes before the first byte of a stream. Loop thread.
   *
   * @return its length, or {@code -errno} with nothing added
   */
  long add(byte[] content);

  /**
   * Adds what {@code socket} has received. Loop thread.
   *
   * @return bytes added; 0 at EOF; {@code -EAGAIN} when there is nothing to receive or no room;
   *     another {@code -errno} when the socket is broken or nothing can be borrowed
   */
  long receiveFrom(StreamSocket socket);

  /** Bytes ever added that did not enter user space. Loop thread. */
  long teedBytes();

  /** Bytes ever added by way of a buffer. Loop thread. */
  long copiedBytes();

  /** Gives back what is borrowed if there are no bytes. Loop thread. */
  void trim();

  /**
   * Drops the bytes and gives back what is borrowed; returns how many they were. Loop thread, and
   * only when the taker has stopped.
   */
  long release();
}
