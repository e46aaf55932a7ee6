package io.sluice.app.demo;

import io.sluice.proxy.Snapshot;
import io.sluice.stats.Counter;

/**
 * What the proxy has moved, in both directions together.
 *
 * @param bytes delivered
 * @param spliced of them, bytes that never entered user space
 * @param pumpCalls system calls that moved, or tried to move, bytes
 * @param waits turns of the loops, each of which asks the kernel once what is ready
 */
public record Moved(long bytes, long spliced, long pumpCalls, long waits) {

  /** The state of a proxy. */
  public static Moved of(Snapshot snapshot) {
    return new Moved(
        value(snapshot, Counter.BYTES_TO_SERVER) + value(snapshot, Counter.BYTES_TO_CLIENT),
        value(snapshot, Counter.SPLICED_TO_SERVER) + value(snapshot, Counter.SPLICED_TO_CLIENT),
        value(snapshot, Counter.PUMP_CALLS),
        snapshot.loops().stream().mapToLong(Snapshot.Loop::turns).sum());
  }

  private static long value(Snapshot snapshot, Counter counter) {
    return snapshot.all().getOrDefault(counter, 0L);
  }

  /** What was moved since {@code earlier}. */
  public Moved since(Moved earlier) {
    return new Moved(
        bytes - earlier.bytes,
        spliced - earlier.spliced,
        pumpCalls - earlier.pumpCalls,
        waits - earlier.waits);
  }

  /** Bytes that went through a buffer of the proxy. */
  public long copied() {
    return bytes - spliced;
  }

  /** Percent of all bytes that were spliced. */
  public double splicedPercent() {
    return bytes == 0 ? 0 : spliced * 100.0 / bytes;
  }
}
