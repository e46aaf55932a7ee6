package io.sluice.mirror;

import io.sluice.transport.Pump;

/**
 * What stands between a flow's fill and its drain, and sees every byte that passes: the mirrors of
 * one flow, or nobody. Loop thread only.
 */
public interface Tap {

  /** Nobody: everything passes. */
  Tap NONE =
      new Tap() {
        @Override
        public long admit(Pump pump) {
          return Long.MAX_VALUE;
        }

        @Override
        public void onDrained(long bytes) {
          // Nobody counts them.
        }

        @Override
        public void onEnd(boolean byReset) {
          // Nobody waits for it.
        }
      };

  /**
   * Duplicates what has not been duplicated of the bytes in {@code pump}, which holds some.
   *
   * @return how many bytes from the head may be drained now; 0 when a mirror has to take some
   *     first: the session is then made ready when it has
   */
  long admit(Pump pump);

  /** {@code bytes}, no more than were admitted, have left the head of the pump. */
  void onDrained(long bytes);

  /** The stream has ended, by FIN or by reset, and nothing follows; told once. */
  void onEnd(boolean byReset);
}
