package io.sluice.mirror;

import io.sluice.config.MirrorConfig;
import io.sluice.loop.EventLoop;
import io.sluice.loop.Timer;
import io.sluice.transport.Backlog;
import io.sluice.transport.Direction;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * One mirror of one session, both directions.
 *
 * <pre>
 *   ATTACHED ──its flows have ended──▶ ENDING ──all delivered──▶ CLOSED
 *      └───────────────┬─────────────────┘                        ▲
 *          too slow, failed, shut down                            │
 *                      └──────▶ DETACHED ──the sink has let go────┘
 * </pre>
 *
 * <p>It begins with its session and may outlive it until the sink has what was left. Invariant: in
 * DETACHED and CLOSED the flows pass as if it had never been. The places in the mirror's limit and
 * what the backlogs have borrowed are given back in CLOSED.
 *
 * <p>Loop thread only.
 */
final class Branch implements Sink.Owner {
  private final Mirror mirror;
  private final EventLoop loop;
  private final MirrorLoop branches;
  private final Runnable onRoom;
  private final long maxLagNs;
  private final LagTimer timer = new LagTimer();

  /** By the ordinals of directions; null where one is not mirrored. */
  private final MirrorStream[] byDirection = new MirrorStream[Direction.values().length];

  private final MirrorStream[] streams;
  private final Sink sink;
  private DetachReason detached;
  private boolean closed;
  private long foldedBytes;
  private long foldedTeedBytes;
  private long foldedCopiedBytes;

  /**
   * A branch for a session that {@code mirror} has let in.
   *
   * @param onRoom called when a flow that waited for this mirror may go on
   */
  Branch(Mirror mirror, MirrorLoop branches, MirroredSession session, Runnable onRoom) {
    this.mirror = mirror;
    this.branches = branches;
    this.onRoom = onRoom;
    loop = branches.loop();
    MirrorConfig config = mirror.config();
    maxLagNs = config.maxLag().toNanos();
    Map<Direction, Backlog> backlogs = new EnumMap<>(Direction.class);
    for (Direction direction : Direction.values()) {
      boolean wanted =
          switch (direction) {
            case TO_SERVER -> config.directions().toServer();
            case TO_CLIENT -> config.directions().toClient();
          };
      if (wanted) {
        Backlog backlog = loop.poller().backlog(config.bufferBytes());
        backlogs.put(direction, backlog);
        byDirection[direction.ordinal()] = new MirrorStream(this, direction, backlog);
      }
    }
    streams = Arrays.stream(byDirection).filter(Objects::nonNull).toArray(MirrorStream[]::new);
    sink = mirror.sinks().open(session, backlogs, loop, this);
  }

  Mirror mirror() {
    return mirror;
  }

  /** The stream of {@code direction}, or null if that is not mirrored. */
  MirrorStream stream(Direction direction) {
    return byDirection[direction.ordinal()];
  }

  /** Why it was dropped, or null. */
  DetachReason detached() {
    return detached;
  }

  /** Bytes that the mirror has taken. */
  long takenBytes() {
    long taken = 0;
    for (MirrorStream stream : streams) {
      taken += stream.takenBytes();
    }
    return taken;
  }

  /** How long, for certain, the oldest byte has waited for the mirror; in nanoseconds. */
  long lagNs() {
    long lag = 0;
    for (MirrorStream stream : streams) {
      lag = Math.max(lag, stream.lagNs(loop.nowNs()));
    }
    return lag;
  }

  boolean mayBlock() {
    return mirror.config().whenSlow() == MirrorConfig.WhenSlow.BLOCK;
  }

  void onAdded(MirrorStream stream, long bytes) {
    sink.onBytes(stream.direction(), bytes, loop.nowNs());
    watchLag();
  }

  void onFull(Direction direction) {
    sink.onFull(direction);
  }

  void onStreamEnd(Direction direction, boolean byReset) {
    if (detached == null && !closed) {
      sink.onEnd(direction, byReset);
    }
  }

  void detach(DetachReason reason, String detail) {
    if (detached != null || closed) {
      return;
    }
    detached = reason;
    loop.timers().cancel(timer);
    boolean waited = false;
    for (MirrorStream stream : streams) {
      stream.letGo();
      waited |= stream.takeBlocking();
    }
    mirror.onDetached(reason, detail, loop.nowNs());
    sink.abort();
    if (waited) {
      onRoom.run();
    }
  }

  @Override
  public void onProgress(Direction direction) {
    MirrorStream stream = byDirection[direction.ordinal()];
    stream.backlog().trim();
    if (stream.takeBlocking()) {
      onRoom.run();
    }
  }

  @Override
  public void onFailed(DetachReason reason, String detail) {
    detach(reason, detail);
  }

  @Override
  public void onClosed(boolean complete) {
    if (closed) {
      return;
    }
    loop.timers().cancel(timer);
    for (MirrorStream stream : streams) {
      stream.letGo();
      stream.release();
    }
    fold();
    closed = true;
    mirror.leave();
    branches.remove(this);
  }

  /** Adds to the mirror's counters what is new since the last call. */
  void fold() {
    if (closed) {
      return;
    }
    long teed = 0;
    long copied = 0;
    for (MirrorStream stream : streams) {
      teed += stream.backlog().teedBytes();
      copied += stream.backlog().copiedBytes();
    }
    long taken = takenBytes();
    mirror.count(MirrorCounter.BYTES, Math.max(0, taken - foldedBytes));
    mirror.count(MirrorCounter.TEED_BYTES, teed - foldedTeedBytes);
    mirror.count(MirrorCounter.COPIED_BYTES, copied - foldedCopiedBytes);
    foldedBytes = Math.max(foldedBytes, taken);
    foldedTeedBytes = teed;
    foldedCopiedBytes = copied;
  }

  /** Keeps the timer running while bytes wait. */
  private void watchLag() {
    if (maxLagNs > 0 && detached == null && !closed && !timer.isArmed()) {
      long nowNs = loop.nowNs();
      long leftNs = Long.MAX_VALUE;
      for (MirrorStream stream : streams) {
        long lagNs = stream.lagNs(nowNs);
        if (stream.backlog().bytes() > 0) {
          leftNs = Math.min(leftNs, maxLagNs - lagNs);
        }
      }
      if (leftNs != Long.MAX_VALUE) {
        loop.timers().arm(timer, nowNs + Math.max(0, leftNs));
      }
    }
  }

  private final class LagTimer extends Timer {
    @Override
    protected void onTimer() {
      if (lagNs() >= maxLagNs) {
        detach(DetachReason.LAG, "");
      } else {
        watchLag();
      }
    }
  }
}
