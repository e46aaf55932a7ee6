package io.sluice.mirror;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sinks that a mirror and those that follow it write to, so that two of them never write to one
 * file. Ended once, with the last of them. Thread-safe.
 */
final class SharedSinks {
  private final SinkFactory factory;
  private final AtomicInteger mirrors = new AtomicInteger(1);
  private boolean closed;

  /** Those of {@code factory}, for one mirror. */
  SharedSinks(SinkFactory factory) {
    this.factory = factory;
  }

  SinkFactory factory() {
    return factory;
  }

  /** One mirror more uses them; one of the others still does. */
  void share() {
    mirrors.incrementAndGet();
  }

  /** One mirror has mirrored its last session. Any thread, which may be a loop's. */
  void leave() {
    if (mirrors.decrementAndGet() == 0) {
      // A file system may take its time over what is still to be written.
      Thread end = new Thread(this::close, "sluice-mirror-end");
      end.setDaemon(true);
      end.start();
    }
  }

  /** Ends them now; who comes second waits for the first. */
  synchronized void close() {
    if (!closed) {
      closed = true;
      factory.close();
    }
  }
}
