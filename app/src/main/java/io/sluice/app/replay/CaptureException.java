package io.sluice.app.replay;

import java.io.IOException;
import java.nio.file.Path;

/** A file that cannot be replayed, with the byte at which that shows. */
public final class CaptureException extends IOException {
  private static final long serialVersionUID = 1L;

  private final boolean truncated;

  private CaptureException(Path file, String what, boolean truncated) {
    super(file + ": " + what);
    this.truncated = truncated;
  }

  /** A file as a whole. */
  static CaptureException of(Path file, String what) {
    return new CaptureException(file, what, false);
  }

  /** What is wrong with the bytes at {@code offset}. */
  static CaptureException at(Path file, long offset, String what) {
    return new CaptureException(file, what + " (at byte " + offset + ")", false);
  }

  /**
   * The file ends before the {@code wanted} bytes of {@code what}, which begins at {@code offset}.
   */
  static CaptureException endsWithin(
      Path file, long offset, String what, long wanted, long available) {
    String text =
        "ends within %s of %d bytes, of which it has %d (at byte %d); give it the ending .part to replay what is there";
    return new CaptureException(file, text.formatted(what, wanted, available, offset), true);
  }

  /** Whether the file is right as far as it goes. */
  boolean isTruncated() {
    return truncated;
  }
}
