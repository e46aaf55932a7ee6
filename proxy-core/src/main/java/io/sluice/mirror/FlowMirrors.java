package io.sluice.mirror;

import io.sluice.transport.Pump;

/**
 * The mirrors of one flow. The flow is drained as far as the one that is least ahead; each mirror
 * is duplicated to again when the primary has caught up with it, whatever the others have.
 */
final class FlowMirrors implements Tap {
  private final MirrorStream[] streams;

  FlowMirrors(MirrorStream[] streams) {
    this.streams = streams;
  }

  @Override
  public long admit(Pump pump) {
    long least = Long.MAX_VALUE;
    for (MirrorStream stream : streams) {
      if (stream.isAttached()) {
        least = Math.min(least, stream.admit(pump));
      }
    }
    return least;
  }

  @Override
  public void onDrained(long bytes) {
    for (MirrorStream stream : streams) {
      stream.onDrained(bytes);
    }
  }

  @Override
  public void onEnd(boolean byReset) {
    for (MirrorStream stream : streams) {
      stream.end(byReset);
    }
  }
}
