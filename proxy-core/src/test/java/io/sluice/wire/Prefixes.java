package io.sluice.wire;

import io.sluice.wire.ProxyHeaderReader.Result;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Bytes cut at every place: what a reader says of each beginning of a stream. */
final class Prefixes {
  static final int BOUND_BYTES = 4096;

  /** So many lengths are tried of what is not the text of a test: it may be long. */
  private static final int LENGTHS_OF_ANYTHING_MAX = 600;

  /** What a reader decided, and with how many bytes. */
  record Outcome(
      Result result,
      int decidedAt,
      ProxiedConnection connection,
      ProxyHeaderFault fault,
      String detail) {}

  private Prefixes() {}

  /**
   * Gives a reader each beginning of {@code bytes}, from the empty one to all. There must be MORE
   * up to some length and one and the same answer from there on.
   */
  static Outcome read(byte[] bytes, int maxBytes) {
    return read(bytes, maxBytes, bytes.length);
  }

  static Outcome read(byte[] bytes) {
    return read(bytes, BOUND_BYTES);
  }

  static Outcome read(String line) {
    return read(line.getBytes(StandardCharsets.ISO_8859_1));
  }

  static Outcome readHex(String hex) {
    return read(bytes(hex));
  }

  /** What holds for whatever comes: the same as {@link #read}, and what is found can be sent on. */
  static void readAnything(byte[] bytes) {
    ProxiedConnection found = read(bytes, BOUND_BYTES, LENGTHS_OF_ANYTHING_MAX).connection;
    if (found == null) {
      return;
    }
    check(found.headerBytes() <= Math.min(bytes.length, BOUND_BYTES), "too long", found);
    check(!found.local() || found.source() == null, "local with addresses", found);
    if (found.source() != null) {
      byte[] sent = ProxyHeader.v2(found.source(), found.destination(), found.tlvs());
      ProxyHeaderReader next = new ProxyHeaderReader(2 * BOUND_BYTES);
      check(next.read(ByteBuffer.wrap(sent)) == Result.DONE, "cannot be sent on", found);
      boolean unix = found.source().isUnix();
      check(unix == (next.connection().source() == null), "address lost", found);
      check(unix || next.connection().source().equals(found.source()), "address changed", found);
      check(next.connection().tlvs().equals(found.tlvs()), "TLVs changed", found);
    }
  }

  private static Outcome read(byte[] bytes, int maxBytes, int lengths) {
    ProxyHeaderReader reader = new ProxyHeaderReader(maxBytes);
    ByteBuffer window = window(bytes, bytes.length);
    int start = window.position();
    Outcome more = new Outcome(Result.MORE, 0, null, null, null);
    Outcome decided = more;
    int needed = 0;
    for (int length = 0; length <= bytes.length; length = after(length, bytes.length, lengths)) {
      Result result = reader.read(window.limit(start + length));
      if (decided.result != Result.MORE) {
        Outcome now = outcome(reader, result, decided.decidedAt);
        check(now.equals(decided), "decided, and with more bytes another", decided, length, now);
      } else if (result == Result.MORE) {
        int needs = reader.bytesNeeded();
        check(
            needs > length && needs >= needed && needs <= maxBytes,
            "bytes needed",
            needed,
            length,
            needs);
        check(outcome(reader, result, 0).equals(more), "something with MORE");
        needed = needs;
      } else {
        decided = outcome(reader, result, length);
        check(
            result != Result.DONE || length >= needed,
            "decided with fewer bytes than needed",
            needed,
            decided);
        check(
            result != Result.DONE
                || length > lengths
                || reader.connection().headerBytes() == length,
            "decided late",
            decided);
      }
    }
    return decided;
  }

  /** The next length to try: each up to {@code lengths}, then the whole. */
  static int after(int length, int whole, int lengths) {
    return length < lengths || length == whole ? length + 1 : whole;
  }

  /** Without AssertJ and formats, because it is called for each of very many lengths. */
  static void check(boolean holds, String what, Object... values) {
    if (!holds) {
      throw new AssertionError(what + ": " + Arrays.toString(values));
    }
  }

  /** Spaces are for the eye. */
  static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  static byte[] join(byte[]... parts) {
    byte[] all = new byte[0];
    for (byte[] part : List.of(parts)) {
      all = Arrays.copyOf(all, all.length + part.length);
      System.arraycopy(part, 0, all, all.length - part.length, part.length);
    }
    return all;
  }

  /** The first bytes, in native memory and not at its beginning, with other bytes behind them. */
  static ByteBuffer window(byte[] bytes, int length) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length + 8);
    buffer.put(3, bytes);
    return buffer.limit(3 + length).position(3);
  }

  private static Outcome outcome(ProxyHeaderReader reader, Result result, int decidedAt) {
    return new Outcome(result, decidedAt, reader.connection(), reader.fault(), reader.detail());
  }
}
