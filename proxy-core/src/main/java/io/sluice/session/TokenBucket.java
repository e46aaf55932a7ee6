package io.sluice.session;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes in a time, for everybody who shares it. Who wants to send reserves its bytes and is told
 * when its turn comes, so that those who wait are served in the order in which they came, and the
 * wait is bounded: by the bytes that were reserved before, over the rate.
 *
 * <p>Invariant: what begins in any time is no more than the rate times that time and a tenth of a
 * second, and one reservation. Thread-safe.
 */
final class TokenBucket {
  /** What may be made up for after a pause. */
  private static final long BURST_NS = Duration.ofMillis(100).toNanos();

  private static final double SECOND_NS = 1e9;

  /** Reservations that a second has room for, where they are not of the greatest size. */
  private static final int TURNS_PER_SECOND = 20;

  private static final long LEAST_BYTES = 1 << 10;

  /** The greatest reservation: more would be more than a flow moves in one go. */
  static final long MOST_BYTES = 64 << 10;

  private final long quantumBytes;

  private final double nsPerByte;

  /** When the bytes after those that are reserved may begin. */
  private final AtomicLong nextNs;

  TokenBucket(long bytesPerSecond, long nowNs) {
    nsPerByte = SECOND_NS / bytesPerSecond;
    quantumBytes = Math.max(LEAST_BYTES, Math.min(MOST_BYTES, bytesPerSecond / TURNS_PER_SECOND));
    nextNs = new AtomicLong(nowNs - BURST_NS);
  }

  /** What one flow may reserve at a time: little, so that many move side by side. */
  long quantumBytes() {
    return quantumBytes;
  }

  /** Reserves {@code bytes}; returns how long to wait before they may be sent, in ns. */
  long reserve(long bytes, long nowNs) {
    while (true) {
      long next = nextNs.get();
      long begin = next - (nowNs - BURST_NS) > 0 ? next : nowNs - BURST_NS;
      if (nextNs.compareAndSet(next, begin + costNs(bytes))) {
        return Math.max(0, begin - nowNs);
      }
    }
  }

  /** Gives back what was reserved and will not be sent. */
  void giveBack(long bytes) {
    nextNs.addAndGet(-costNs(bytes));
  }

  private long costNs(long bytes) {
    return (long) Math.ceil(bytes * nsPerByte);
  }
}
