package io.sluice.session;

import io.sluice.linux.Errno;
import io.sluice.mirror.Tap;
import io.sluice.transport.FlowCounters;
import io.sluice.transport.Pump;
import io.sluice.transport.StreamSocket;

/**
 * One direction of a {@link Session}: source → pump → target.
 *
 * <pre>
 *            source's FIN: FIN to the target
 *        ┌───────────────────────────────────────────┐
 *      OPEN ──source's reset──▶ FLUSHING ──acked──▶ DONE
 *        └───────────────────────────────────────────┘
 *            target broken: bytes in flight discarded
 * </pre>
 *
 * <p>Invariant: the end of the source is found only with an empty pump, since a pump is filled only
 * when it is empty; so whatever ends, all bytes before it have been written. FLUSHING waits until
 * the target's peer has acknowledged them, because the reset that the Session sends next would
 * destroy what the kernel has not delivered.
 *
 * <p>A Flow never closes a socket: the Session does.
 */
final class Flow {
  enum State {
    OPEN,
    FLUSHING,
    DONE
  }

  /** Bits of {@link #advance}'s result. */
  static final int READ = 1;

  /** What a flow may {@link #gather}: keeping it costs a copy, which must stay a small one. */
  private static final int GATHER_BYTES = 4 << 10;

  static final int WROTE = 2;
  static final int MORE = 4;

  private final StreamSocket source;
  private final StreamSocket target;
  private final Pump pump;
  private final FlowCounters counters;
  private final Tap tap;
  private State state = State.OPEN;
  private boolean reset;
  private long discardedBytes;

  /** Bytes of the last fill: what the next one is expected to bring. */
  private long lastFill = Long.MAX_VALUE;

  /** What {@link #gather} did, for the next {@link #advance} to tell. */
  private int gathered;

  /** True once gathering has met an error, which a socket tells only once. */
  private boolean broken;

  Flow(StreamSocket source, StreamSocket target, Pump pump, FlowCounters counters, Tap tap) {
    this.source = source;
    this.target = target;
    this.pump = pump;
    this.counters = counters;
    this.tap = tap;
  }

  /**
   * Moves bytes until the source is empty, the target is full, the flow ends, or {@code
   * budgetBytes} have been delivered. Returns what happened, as bits: {@link #READ} bytes came from
   * the source, {@link #WROTE} bytes went to the target, {@link #MORE} the budget ended it.
   */
  int advance(long budgetBytes) {
    assert budgetBytes > 0 : "a turn without a budget moves nothing";
    int happened = gathered;
    gathered = 0;
    long left = budgetBytes;
    while (state == State.OPEN) {
      if (pump.buffered() > 0) {
        long drained = drain();
        if (drained == -Errno.EAGAIN) {
          pump.hold(); // The next flow of the loop uses the same buffer.
          break;
        }
        if (drained < 0) {
          abandon();
          break;
        }
        left -= drained;
        happened |= WROTE;
      } else if (left <= 0) {
        return happened | MORE;
      } else {
        long filled = source.isReadable() && !broken ? pump.fill() : missing();
        if (filled == -Errno.EAGAIN) {
          break;
        }
        if (filled > 0) {
          happened |= READ;
          lastFill = filled;
        } else {
          onSourceEnded(filled < 0 || source.isBroken());
        }
      }
    }
    return happened;
  }

  /** Delivers what mirrors let through, which is everything where there are none. */
  private long drain() {
    if (!target.isWritable()) {
      return -Errno.EAGAIN;
    }
    long admitted = tap.admit(pump);
    if (admitted == 0) {
      return -Errno.EAGAIN;
    }
    long drained = pump.drain(admitted);
    if (drained > 0) {
      tap.onDrained(drained);
    }
    return drained;
  }

  /**
   * Takes what the source has and keeps it for {@link #advance}, if that is expected to be little.
   * The end of the source is left for {@code advance} to find, which finds it again.
   */
  void gather() {
    if (lastFill <= GATHER_BYTES
        && state == State.OPEN
        && pump.buffered() == 0
        && !pump.isSplicing()
        && source.isReadable()
        && target.isWritable()) {
      long filled = pump.fill();
      if (filled > 0) {
        pump.hold();
        lastFill = filled;
        gathered = READ;
      } else {
        broken = filled < 0 && filled != -Errno.EAGAIN;
      }
    }
  }

  private long missing() {
    return broken ? -Errno.ECONNRESET : -Errno.EAGAIN;
  }

  /** FLUSHING → DONE once the target's peer has everything; returns true when the flow is done. */
  boolean checkFlushed() {
    if (state == State.FLUSHING && (target.isBroken() || target.unacknowledgedBytes() == 0)) {
      become(State.DONE);
    }
    return state == State.DONE;
  }

  /** Ends the flow at once and discards what is in flight; harmless when it is done. */
  void abandon() {
    discardedBytes += pump.release();
    if (state == State.OPEN) {
      tap.onEnd(true);
    }
    if (state != State.DONE) {
      become(State.DONE);
    }
  }

  /** True while bytes wait for the target: the source is not read then. */
  boolean isBlocked() {
    return pump.buffered() > 0;
  }

  boolean isOpen() {
    return state == State.OPEN;
  }

  boolean isFlushing() {
    return state == State.FLUSHING;
  }

  boolean isDone() {
    return state == State.DONE;
  }

  /** True once the source has ended with a reset instead of a FIN. */
  boolean isReset() {
    return reset;
  }

  /** How bytes move now: true by splice, false by copy. */
  boolean isSplicing() {
    return pump.isSplicing();
  }

  FlowCounters counters() {
    return counters;
  }

  /** Bytes that were taken from the source and will never reach the target. */
  long discardedBytes() {
    return discardedBytes;
  }

  private void onSourceEnded(boolean byReset) {
    reset = byReset;
    tap.onEnd(byReset);
    if (byReset) {
      become(State.FLUSHING);
    } else {
      target.shutdownOutput();
      become(State.DONE);
    }
  }

  private void become(State next) {
    boolean legal =
        switch (state) {
          case OPEN -> next != State.OPEN;
          case FLUSHING -> next == State.DONE;
          case DONE -> false;
        };
    assert legal : state + " -> " + next;
    state = next;
  }
}
