package io.sluice.transport;

import io.sluice.linux.SockAddr;
import java.nio.ByteBuffer;

/**
 * One connected or connecting stream socket, TCP or UNIX, never blocking.
 *
 * <p>Invariant: {@link #isReadable} and {@link #isWritable} stay true from a report of the poller
 * until an attempt finds the opposite. Who finds {@code -EAGAIN} need not ask for anything: the
 * poller reports when it has changed.
 *
 * <p>Owned by one Session, on one loop's thread. Closed exactly once, by {@link #close} or {@link
 * #reset}.
 */
public interface StreamSocket {

  /** True from a report until a read finds nothing. A new socket waits for its first report. */
  boolean isReadable();

  /** False while connecting and after a write found no room, until the poller reports otherwise. */
  boolean isWritable();

  /**
   * True once the connection is known to be broken: the poller saw an error, or a call failed with
   * one. Bytes that arrived before may still be readable.
   */
  boolean isBroken();

  /**
   * True when the peer has ended its stream, or the connection is broken, and no byte waits to be
   * read. Takes nothing.
   */
  boolean isEnded();

  /**
   * True once it is known that nothing will come behind what waits to be read: the peer has ended
   * its stream or the connection is broken. What a {@link #peek} finds after that is all.
   */
  boolean isInputEnded();

  /** 0 once connected, {@code -EINPROGRESS} before, {@code -errno} when it failed. */
  int finishConnect();

  /** The other side's address. */
  SockAddr peer();

  /** Our own address; asked from the kernel on every call. */
  SockAddr local();

  /**
   * Looks at what has been received and leaves it where it is: every later read, of a pump too,
   * begins with the same bytes. Whatever arrives behind them is reported as if they had been taken.
   * Loop thread.
   *
   * @param target gets the bytes at its position, which moves; it has room
   * @return bytes put; 0 at EOF; {@code -EAGAIN} when there is nothing, which also ends the
   *     socket's readability; another {@code -errno} when it is broken
   */
  long peek(ByteBuffer target);

  /** Takes {@code count} bytes that a {@link #peek} has shown, and drops them. Loop thread. */
  void skip(int count);

  /**
   * Writes what fits of {@code source}, which is not empty and whose position moves. For what a
   * pump does not carry. Loop thread.
   *
   * @return bytes written; {@code -EAGAIN} when there is no room, which also ends the socket's
   *     writability; another {@code -errno} when it is broken
   */
  long send(ByteBuffer source);

  /**
   * Takes what has been received, as far as {@code target} has room, which it must; its position
   * moves. For what a pump does not carry. Loop thread.
   *
   * @return bytes taken; 0 at EOF; {@code -EAGAIN} when there is nothing, which also ends the
   *     socket's readability; another {@code -errno} when it is broken
   */
  long receive(ByteBuffer target);

  /**
   * Takes what has been received and drops it, where possible without copying it (MSG_TRUNC of
   * recv(2), tcp(7)). Loop thread.
   *
   * @return bytes dropped; 0 at EOF; {@code -EAGAIN} when there is nothing, which also ends the
   *     socket's readability; another {@code -errno} when it is broken
   */
  long discard();

  /**
   * Has the kernel send no faster than {@code bytesPerSecond} (SO_MAX_PACING_RATE of socket(7)),
   * smoothly and whatever way the bytes take to the socket.
   *
   * @return false where it cannot: the socket sends as fast as it can then
   */
  default boolean pace(long bytesPerSecond) {
    return false;
  }

  /** Sends FIN after the bytes already written. Harmless on a broken socket. */
  void shutdownOutput();

  /**
   * Bytes written that the kernel has not yet sent or that the peer has not acknowledged
   * (SIOCOUTQ); 0 where the platform cannot tell.
   */
  long unacknowledgedBytes();

  /** Closes in order: FIN after the bytes already written. */
  void close();

  /**
   * Closes with a reset: the peer's next call fails with ECONNRESET. Unsent bytes are discarded.
   */
  void reset();

  /**
   * Closes without telling the peer, as far as that is possible, so that it goes on waiting for a
   * connection that is gone. Unsent bytes are discarded; what the peer sends later is answered with
   * a reset by the kernel, unless a firewall stops it. A reset where the platform has no better.
   */
  default void vanish() {
    reset();
  }
}
