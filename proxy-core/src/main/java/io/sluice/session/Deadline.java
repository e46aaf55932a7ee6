package io.sluice.session;

import io.sluice.loop.EventLoop;
import io.sluice.loop.Timer;

/** The moment that a session does not outlive, whatever it does. Loop thread only. */
final class Deadline extends Timer {
  private final Session session;
  private long atNs;
  private CloseReason reason;

  /** Of {@code session}; to be set. */
  Deadline(Session session) {
    this.session = session;
  }

  /** Ends the session so long from now for {@code reason}, unless it ends sooner anyway. */
  void set(EventLoop loop, long leftNs, CloseReason why) {
    long wantedNs = loop.nowNs() + leftNs;
    if (!isArmed() || wantedNs - atNs < 0) {
      atNs = wantedNs;
      reason = why;
      loop.timers().arm(this, atNs);
    }
  }

  @Override
  protected void onTimer() {
    session.close(reason);
  }
}
