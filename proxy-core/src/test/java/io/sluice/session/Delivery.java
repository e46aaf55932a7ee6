package io.sluice.session;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;

/**
 * Content on its way from one peer to another, written and read piece by piece between the loop's
 * turns. What arrives has to be that content, byte for byte.
 */
final class Delivery {
  private static final int WRITE_MAX = 256 << 10;

  /** Turns of a millisecond in which nothing is taken; an acknowledgement may be delayed by 40. */
  private static final int QUIET_TURNS = 60;

  private final Peer from;
  private final Peer to;
  private final byte[] content;
  private final int received;
  private int written;

  /** All that {@code to} receives from now on is expected to be {@code content}. */
  Delivery(Peer from, Peer to, byte[] content) {
    this.from = from;
    this.to = to;
    this.content = content;
    received = to.count();
  }

  static byte[] random(long seed, int bytes) {
    byte[] content = new byte[bytes];
    new Random(seed).nextBytes(content);
    return content;
  }

  /** Writes at most {@code max} bytes of what is left; returns how many went. */
  int write(int max) {
    int length = Math.min(Math.min(max, WRITE_MAX), content.length - written);
    if (length == 0) {
      return 0;
    }
    int count = from.write(content, written, length);
    if (count < 0) {
      throw new AssertionError("the writer's connection broke after " + written + " bytes");
    }
    written += count;
    return count;
  }

  /** Writes the next byte as urgent data. */
  void writeUrgent() throws IOException {
    from.sendUrgent(content[written]);
    written++;
  }

  /** Reads at most {@code max} bytes; returns how many came. */
  int read(int max) {
    int before = to.count();
    to.read(max);
    return to.count() - before;
  }

  boolean isWritten() {
    return written == content.length;
  }

  int written() {
    return written;
  }

  int left() {
    return content.length - written;
  }

  int arrived() {
    return to.count() - received;
  }

  boolean hasArrived() {
    return arrived() >= content.length;
  }

  /** Writes and turns until the proxy takes nothing more: the target does not read. */
  void stuff(LoopHarness harness) {
    int idle = 0;
    while (idle < QUIET_TURNS) {
      idle = write(WRITE_MAX) > 0 ? 0 : idle + 1;
      harness.loop.turn(1);
    }
    if (isWritten()) {
      throw new AssertionError("not enough content to fill every buffer on the way");
    }
  }

  /** Writes, turns and reads at full speed until everything has been written and has arrived. */
  void finish(LoopHarness harness) {
    harness.turnUntil(
        "the rest of " + content.length + " bytes",
        () -> {
          write(WRITE_MAX);
          read(Integer.MAX_VALUE);
          return hasArrived();
        });
    check();
  }

  /** Fails unless what was written has arrived, and nothing else. */
  void check() {
    byte[] all = to.bytes();
    byte[] actual = Arrays.copyOfRange(all, received, all.length);
    int at = Arrays.mismatch(actual, Arrays.copyOf(content, written));
    if (at >= 0) {
      throw new AssertionError(
          "of "
              + written
              + " bytes written "
              + actual.length
              + " arrived, the first wrong is "
              + at);
    }
  }
}
