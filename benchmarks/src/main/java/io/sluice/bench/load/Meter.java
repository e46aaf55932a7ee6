package io.sluice.bench.load;

import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;

/**
 * The counters of one loop in one run. Written by the loop's thread alone, read by any; the
 * histogram may be read only after the loop's connections are closed.
 */
public final class Meter {

  private static final long LATENCY_MAX_NS = 60_000_000_000L;

  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong operations = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private final Histogram latency = new Histogram(1_000, LATENCY_MAX_NS, 3);
  private volatile boolean recording;
  private volatile boolean stopping;

  /** Latencies are recorded between {@code true} and {@code false}; any thread. */
  public void record(boolean on) {
    recording = on;
  }

  /** From now on nothing new is opened and closed connections are no failures; any thread. */
  public void stop() {
    stopping = true;
  }

  public long bytes() {
    return bytes.get();
  }

  public long operations() {
    return operations.get();
  }

  public long failures() {
    return failures.get();
  }

  public Histogram latency() {
    return latency;
  }

  boolean isStopping() {
    return stopping;
  }

  void addBytes(long count) {
    bytes.setRelease(bytes.getPlain() + count);
  }

  void addOperation() {
    operations.setRelease(operations.getPlain() + 1);
  }

  void addFailure() {
    if (!stopping) {
      failures.setRelease(failures.getPlain() + 1);
    }
  }

  void addLatency(long nanos) {
    if (recording) {
      latency.recordValue(Math.min(nanos, LATENCY_MAX_NS));
    }
  }
}
