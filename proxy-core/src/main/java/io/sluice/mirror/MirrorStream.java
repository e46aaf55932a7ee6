package io.sluice.mirror;

import io.sluice.linux.Errno;
import io.sluice.transport.Backlog;
import io.sluice.transport.Direction;
import io.sluice.transport.Pump;

/**
 * One direction of one mirror of one session: how far it is ahead of the primary, and how long its
 * oldest byte has waited.
 *
 * <p>Invariant: {@code aheadBytes} bytes at the head of the pump are duplicated already. The pump
 * is duplicated from only while that is 0, because tee(2) begins at the head every time, and is
 * never drained beyond it, because what has left the pump cannot be duplicated any more.
 */
final class MirrorStream {
  private final Branch owner;
  private final Direction direction;
  private final Backlog backlog;
  private long aheadBytes;
  private long addedBytes;
  private long droppedBytes;
  private boolean attached = true;
  private boolean blocking;

  /** The end of the backlog when it was last marked, and when that was. */
  private long markBytes;

  private long markNs;

  MirrorStream(Branch owner, Direction direction, Backlog backlog) {
    this.owner = owner;
    this.direction = direction;
    this.backlog = backlog;
  }

  Backlog backlog() {
    return backlog;
  }

  Direction direction() {
    return direction;
  }

  /** Bytes that the mirror has taken; a header that goes before them does not count. */
  long takenBytes() {
    return Math.max(0, addedBytes - droppedBytes - backlog.bytes());
  }

  /** Drops what waits and gives back what is borrowed for it. */
  void release() {
    droppedBytes += backlog.release();
  }

  boolean isAttached() {
    return attached;
  }

  /** Lets go of the flow: from now on it passes as if this mirror had never been. */
  void letGo() {
    attached = false;
    aheadBytes = 0;
  }

  /** How many bytes at the head of {@code pump} this mirror lets through. */
  long admit(Pump pump) {
    if (aheadBytes > 0) {
      return aheadBytes;
    }
    long duplicated = pump.duplicate(backlog);
    if (duplicated == -Errno.EAGAIN) {
      owner.onFull(direction);
      if (!attached) {
        return Long.MAX_VALUE;
      }
      duplicated = pump.duplicate(backlog);
    }
    if (duplicated > 0) {
      aheadBytes = duplicated;
      addedBytes += duplicated;
      owner.onAdded(this, duplicated);
      return attached ? aheadBytes : Long.MAX_VALUE;
    }
    if (duplicated == -Errno.EAGAIN && owner.mayBlock()) {
      blocking = true;
      return 0;
    }
    if (duplicated == -Errno.EAGAIN) {
      owner.detach(DetachReason.BUFFER, "");
    } else {
      owner.detach(DetachReason.RESOURCES, Errno.name((int) -duplicated));
    }
    return Long.MAX_VALUE;
  }

  void onDrained(long bytes) {
    if (attached) {
      aheadBytes -= bytes;
      assert aheadBytes >= 0 : "drained beyond what the mirror has";
    }
  }

  /** The flow has ended; the mirror's stream ends with it, after what waits. */
  void end(boolean byReset) {
    if (attached) {
      letGo();
      owner.onStreamEnd(direction, byReset);
    }
  }

  /** True once if the flow has been waiting for room here. */
  boolean takeBlocking() {
    boolean was = blocking;
    blocking = false;
    return was;
  }

  /**
   * How long, for certain, the oldest byte of the backlog has waited, in nanoseconds; 0 when there
   * is none. Found out by marks: bytes before a mark that is not passed are at least as old as it.
   */
  long lagNs(long nowNs) {
    long waiting = backlog.bytes();
    if (waiting == 0) {
      markBytes = 0;
      return 0;
    }
    if (markBytes == 0 || addedBytes - waiting >= markBytes) {
      markBytes = addedBytes;
      markNs = nowNs;
    }
    return nowNs - markNs;
  }
}
