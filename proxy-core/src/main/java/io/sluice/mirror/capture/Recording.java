package io.sluice.mirror.capture;

import io.sluice.transport.Direction;
import java.io.IOException;

/**
 * What is written of one session. The writer's thread; a call that has thrown is followed by {@link
 * #abandon} alone.
 */
interface Recording {

  /** The session has begun. May be left out when the writer is busy. */
  void opened(long wallNs) throws IOException;

  /** Writes the next {@code bytes} bytes of the backlog of {@code direction}. */
  void bytes(Direction direction, long bytes, long wallNs) throws IOException;

  /** {@code direction} has ended, after all its bytes have been written. */
  void ended(Direction direction, boolean byReset, long wallNs) throws IOException;

  /** Leaves what there is, recognisable as incomplete. Never throws. */
  void abandon(String why);
}
