package io.sluice.session;

import io.sluice.stats.Counter;

/** Blocks one direction of a session: sends to a peer that does not read. */
final class Flood {
  /** For small kernel buffers, so that a flow blocks soon, and one large buffer for what waits. */
  static final String SETTINGS =
      """
      pump { mode = copy, buffer-size = 512KiB, splice-at-least = 16KiB }
      tcp { send-buffer = 16KiB, receive-buffer = 256KiB }
      """;

  private static final byte[] CHUNK = new byte[64 << 10];

  /** Sent after a flow is seen to be blocked: kernels find room for a little more later. */
  private static final int EXTRA_CHUNKS = 3;

  /** Turns of a millisecond in which no byte moves; an acknowledgement may be delayed by 40. */
  private static final int QUIET_TURNS = 60;

  private Flood() {}

  /** Sends until some flow of the loop is blocked; returns how many bytes were sent. */
  static long untilBlocked(LoopHarness harness, Peer sender) {
    return untilBlocked(harness, sender, 0);
  }

  /** The same when {@code before} flows are blocked already. */
  static long untilBlocked(LoopHarness harness, Peer sender, int before) {
    long[] sent = new long[1];
    int[] extra = new int[1];
    int[] quiet = new int[1];
    long[] moved = new long[1];
    harness.turnUntil(
        "a blocked flow",
        () -> {
          boolean isBlocked = blocked(harness) > before;
          long movedBefore = moved[0];
          moved[0] = moved(harness);
          if (!isBlocked || moved[0] != movedBefore) {
            quiet[0] = 0;
            extra[0] = 0;
          } else {
            quiet[0]++;
          }
          if (!isBlocked || extra[0] < EXTRA_CHUNKS) {
            sent[0] += Math.max(0, sender.write(CHUNK, 0, CHUNK.length));
            extra[0] += isBlocked ? 1 : 0;
          }
          return quiet[0] > QUIET_TURNS;
        });
    return sent[0];
  }

  private static long moved(LoopHarness harness) {
    return harness.counted(Counter.BYTES_TO_SERVER) + harness.counted(Counter.BYTES_TO_CLIENT);
  }

  static int blocked(LoopHarness harness) {
    return harness.poller.usage().pipesInUse() + harness.poller.usage().buffersInUse();
  }
}
