package io.sluice.mirror;

import io.sluice.transport.Backlog;
import io.sluice.transport.Direction;

/**
 * Where the bytes of one mirrored session go: one connection or file for each direction, or one for
 * both. Everything on the session's loop; nothing here may block or throw.
 *
 * <p>The bytes are in the {@link Backlog} of their direction, which the mirroring side fills and
 * the sink empties. A sink outlives its session until it has delivered what was left.
 */
public interface Sink {

  /**
   * {@code bytes} more have been added to the backlog of {@code direction}.
   *
   * @param nowNs the loop's time
   */
  void onBytes(Direction direction, long bytes, long nowNs);

  /**
   * The backlog of {@code direction} has no room for what comes next: the last chance to make some
   * before this mirror is detached, or holds up its session.
   */
  default void onFull(Direction direction) {}

  /** The stream of {@code direction} has ended after the last byte added: by FIN, or by reset. */
  void onEnd(Direction direction, boolean byReset);

  /**
   * Gives up: what waits is dropped, and what was delivered must be recognisable as incomplete.
   * Nobody calls this sink afterwards; it calls {@link Owner#onClosed} once it has let go.
   */
  void abort();

  /** Whom a sink tells, on the session's loop. */
  interface Owner {

    /** Bytes have left the backlog of {@code direction}; there may be room again. */
    void onProgress(Direction direction);

    /** The sink cannot go on; {@link Sink#abort} follows. {@code detail} is for the log. */
    void onFailed(DetachReason reason, String detail);

    /**
     * The sink has let go of the backlogs and everything else; the last call.
     *
     * @param complete true when every byte and the ends of all streams were delivered
     */
    void onClosed(boolean complete);
  }
}
