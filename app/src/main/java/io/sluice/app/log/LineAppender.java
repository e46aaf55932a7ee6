package io.sluice.app.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.time.Instant;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes log events on a thread of its own.
 *
 * <p>Invariant: {@link #append} never waits. An event loop logs one line for each session, and
 * stderr may be a pipe that nobody reads; when {@value #QUEUED_MAX} events wait, the next ones are
 * dropped, counted, and the count is written as soon as there is room. A proxy that forwards
 * without a log is worth more than one that logs why it stands still.
 */
final class LineAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {
  /** About a second of session lines at the highest rate seen; some megabytes at most. */
  static final int QUEUED_MAX = 8192;

  private static final long FLUSH_WAIT_MS = 1_000;

  private final LogOutput output;
  private final BlockingQueue<ILoggingEvent> queue = new ArrayBlockingQueue<>(QUEUED_MAX);
  private final AtomicLong dropped = new AtomicLong();
  private final Thread writer = new Thread(this::writeUntilInterrupted, "sluice-log");

  LineAppender(LogOutput output) {
    this.output = output;
    writer.setDaemon(true);
  }

  @Override
  public void start() {
    super.start();
    writer.start();
  }

  @Override
  protected void append(ILoggingEvent event) {
    // Arguments may change after the call; the text may not.
    event.getFormattedMessage();
    if (!queue.offer(event)) {
      dropped.incrementAndGet();
    }
  }

  /** Waits a moment for what is queued to be written. */
  @Override
  public void stop() {
    super.stop();
    writer.interrupt();
    try {
      writer.join(FLUSH_WAIT_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void writeUntilInterrupted() {
    try {
      while (true) {
        write(queue.take());
      }
    } catch (InterruptedException e) {
      // Stopped: what is queued is still written, without waiting for more.
      for (ILoggingEvent event = queue.poll(); event != null; event = queue.poll()) {
        write(event);
      }
    }
  }

  private void write(ILoggingEvent event) {
    output.write(event);
    if (dropped.get() > 0 && queue.remainingCapacity() > QUEUED_MAX / 2) {
      String text = dropped.getAndSet(0) + " log lines dropped: they are taken too slowly";
      output.write(Level.WARN, Instant.now(), text);
    }
  }
}
