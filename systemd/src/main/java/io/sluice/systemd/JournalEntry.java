package io.sluice.systemd;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * One entry of the journal as its native protocol has it: fields, each {@code NAME=value} and a
 * line feed, or with the value's length where the value has line feeds itself
 * (systemd.io/JOURNAL_NATIVE_PROTOCOL). One thread.
 */
public final class JournalEntry {

  /** systemd.journal-fields(7): what is not ours to say begins with an underscore. */
  private static final Pattern NAME = Pattern.compile("[A-Z][A-Z0-9_]{0,63}");

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);

  /**
   * Adds a field, of which an entry may have several of one name.
   *
   * @throws IllegalArgumentException for a name that the journal would drop
   */
  public JournalEntry add(String name, String value) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not a name for a field of the journal: " + name);
    }
    bytes.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
    byte[] content = value.getBytes(StandardCharsets.UTF_8);
    if (value.indexOf('\n') < 0) {
      bytes.write('=');
    } else {
      bytes.write('\n');
      bytes.writeBytes(
          ByteBuffer.allocate(Long.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putLong(content.length)
              .array());
    }
    bytes.writeBytes(content);
    bytes.write('\n');
    return this;
  }

  ByteBuffer datagram() {
    return ByteBuffer.wrap(bytes.toByteArray());
  }
}
