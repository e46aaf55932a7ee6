package io.sluice.session;

import io.sluice.loop.EventLoop;
import io.sluice.loop.Timer;
import io.sluice.mirror.Tap;
import io.sluice.transport.Poller.ReadyHandler;
import io.sluice.transport.Pump;

/**
 * Lets a flow's bytes pass no faster than a bucket allows, and then what is behind it.
 *
 * <p>Invariant: {@code reserved} bytes have been reserved and not been sent; from {@code turnNs} on
 * they may be. While they may not the timer is armed, which makes the session ready.
 */
final class RatedTap extends Timer implements Tap {
  private final TokenBucket bucket;
  private final Tap inner;
  private final EventLoop loop;
  private final ReadyHandler session;
  private long reserved;
  private long turnNs;

  RatedTap(TokenBucket bucket, Tap inner, EventLoop loop, ReadyHandler session) {
    this.bucket = bucket;
    this.inner = inner;
    this.loop = loop;
    this.session = session;
  }

  @Override
  public long admit(Pump pump) {
    long admitted = inner.admit(pump);
    if (admitted == 0) {
      return 0;
    }
    long nowNs = loop.nowNs();
    if (reserved == 0) {
      reserved = Math.min(pump.buffered(), bucket.quantumBytes());
      turnNs = nowNs + bucket.reserve(reserved, nowNs);
    }
    if (turnNs - nowNs > 0) {
      loop.timers().arm(this, turnNs);
      return 0;
    }
    return Math.min(admitted, reserved);
  }

  @Override
  protected void onTimer() {
    session.onReady();
  }

  @Override
  public void onDrained(long bytes) {
    reserved -= bytes;
    inner.onDrained(bytes);
  }

  @Override
  public void onEnd(boolean byReset) {
    loop.timers().cancel(this);
    bucket.giveBack(reserved);
    reserved = 0;
    inner.onEnd(byReset);
  }
}
