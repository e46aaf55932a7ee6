package io.sluice.app.replay;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Where a server's answers first differ from the recorded ones.
 *
 * @param session the recorded session
 * @param offset of the first byte that differs, or that only one of the two has
 * @param recordedBytes all that was recorded
 * @param answeredBytes all that was answered until the conversation ended
 * @param what how it shows
 * @param before bytes before the offset, equal on both sides; at most {@link #BEFORE_BYTES}
 * @param recorded from the offset on; at most {@link #AFTER_BYTES}
 * @param answered from the offset on, as far as they came; at most {@link #AFTER_BYTES}
 */
record Divergence(
    String session,
    long offset,
    long recordedBytes,
    long answeredBytes,
    String what,
    ByteBuffer before,
    ByteBuffer recorded,
    ByteBuffer answered) {
  static final int BEFORE_BYTES = 16;
  static final int AFTER_BYTES = 32;

  private static final int ROW_BYTES = 16;

  /** The report. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(session + ": to-client differs at byte " + offset + ": " + what);
    lines.add("  recorded " + recordedBytes + " bytes, answered " + answeredBytes + " bytes");
    if (before.hasRemaining()) {
      lines.add(row("both", offset - before.limit(), before, 0));
    }
    for (int at = 0; at < Math.max(recorded.limit(), answered.limit()); at += ROW_BYTES) {
      lines.add(row("recorded", offset + at, recorded, at));
      lines.add(row("answered", offset + at, answered, at));
    }
    return lines;
  }

  private static String row(String side, long offset, ByteBuffer bytes, int from) {
    StringBuilder hex = new StringBuilder(3 * ROW_BYTES);
    StringBuilder text = new StringBuilder(ROW_BYTES);
    for (int i = from; i < Math.min(bytes.limit(), from + ROW_BYTES); i++) {
      byte value = bytes.get(i);
      hex.append(String.format(Locale.ROOT, "%02x ", value));
      text.append(value >= ' ' && value <= '~' ? (char) value : '.');
    }
    return String.format(
        Locale.ROOT, "  %-8s %08x  %-" + 3 * ROW_BYTES + "s |%s|", side, offset, hex, text);
  }
}
