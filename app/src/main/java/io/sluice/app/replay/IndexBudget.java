package io.sluice.app.replay;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The memory that an index of captures may take. A file decides how much there is to remember, so
 * it is counted, and refused before the JVM runs out. One thread.
 */
final class IndexBudget {
  /** A segment in its arrays, which double when they grow. */
  static final int SEGMENT_BYTES = 128;

  /** A connection with its two streams and its place in the map. */
  static final int SESSION_BYTES = 2048;

  private final long bytesMax;
  private long bytes;

  IndexBudget(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** Half of what the JVM may use. */
  static IndexBudget ofThisJvm() {
    return new IndexBudget(Runtime.getRuntime().maxMemory() / 2);
  }

  /** {@code more} bytes of memory for something found in {@code file}. */
  void take(long more, Path file) throws IOException {
    bytes += more;
    if (bytes > bytesMax) {
      throw CaptureException.of(
          file,
          "to know where its streams are takes more than "
              + (bytesMax >> 20)
              + " MiB of memory: split it, or set SLUICE_JAVA_OPTS=-Xmx4g");
    }
  }
}
