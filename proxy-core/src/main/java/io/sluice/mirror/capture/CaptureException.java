package io.sluice.mirror.capture;

import io.sluice.mirror.DetachReason;
import java.io.IOException;

/** A recording cannot go on for a reason that is not the file's. */
final class CaptureException extends IOException {

  private static final long serialVersionUID = 1L;

  private final DetachReason reason;

  CaptureException(DetachReason reason, String message) {
    super(message);
    this.reason = reason;
  }

  CaptureException(DetachReason reason, String message, IOException cause) {
    super(message, cause);
    this.reason = reason;
  }

  DetachReason reason() {
    return reason;
  }
}
