package io.sluice.transport;

import io.sluice.linux.Errno;

/**
 * Drives one pump as a flow does: fill, drain, hold what the target cannot take, half-close the
 * target after EOF. For tests that relay.
 */
final class OneWay {

  private static final int MOVES_PER_TURN = 64;

  private final Pump pump;
  private final StreamSocket source;
  private final StreamSocket target;

  /** How often bytes had to stay behind because the target had no room. */
  int blocked;

  /** The first error, as {@code -errno}; 0 without one. */
  long error;

  boolean sourceEnded;
  boolean done;

  OneWay(Pump pump, StreamSocket source, StreamSocket target) {
    this.pump = pump;
    this.source = source;
    this.target = target;
  }

  /** Moves what can be moved now; returns whether the flow has ended. */
  boolean turn() {
    for (int i = 0; i < MOVES_PER_TURN && error == 0 && !done; i++) {
      if (!move()) {
        break;
      }
    }
    return done || error != 0;
  }

  private boolean move() {
    if (pump.buffered() > 0) {
      return deliver();
    }
    if (sourceEnded) {
      target.shutdownOutput();
      done = true;
      return false;
    }
    if (!source.isReadable()) {
      return false;
    }
    long read = pump.fill();
    if (read == 0) {
      sourceEnded = true;
    } else if (read < 0) {
      return onError(read);
    }
    return true;
  }

  private boolean deliver() {
    if (!target.isWritable()) {
      blocked++;
      pump.hold();
      return false;
    }
    long written = pump.drain(Long.MAX_VALUE);
    return written >= 0 || onError(written);
  }

  private boolean onError(long result) {
    if (!Errno.wouldBlock(result)) {
      error = result;
    }
    return false;
  }
}
