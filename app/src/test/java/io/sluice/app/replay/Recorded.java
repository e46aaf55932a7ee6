package io.sluice.app.replay;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Reads back what was recorded, in tests. */
final class Recorded {
  private Recorded() {}

  static CaptureIndex index(Path... files) throws IOException {
    return CaptureIndex.read(List.of(files));
  }

  /** The whole stream as text, byte for byte. */
  static String text(RecordedStream stream) throws IOException {
    return new String(bytes(stream), StandardCharsets.ISO_8859_1);
  }

  static byte[] bytes(RecordedStream stream) throws IOException {
    try (RecordedBytes bytes = new RecordedBytes(stream)) {
      return bytes.copy(0, Integer.MAX_VALUE);
    }
  }
}
