package io.sluice.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.wire.ProxyHeaderReader.Result;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Bytes cut at every place: what a reader says of each beginning of a stream. */
final class Prefixes {
  static final int BOUND_BYTES = 4096;

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
    ProxyHeaderReader reader = new ProxyHeaderReader(maxBytes);
    Outcome decided = null;
    int needed = 0;
    for (int length = 0; length <= bytes.length; length++) {
      Result result = reader.read(window(bytes, length));
      if (decided != null) {
        assertThat(outcome(reader, result, decided.decidedAt)).isEqualTo(decided);
      } else if (result == Result.MORE) {
        assertThat(reader.bytesNeeded()).isGreaterThan(length).isGreaterThanOrEqualTo(needed);
        assertThat(outcome(reader, result, 0)).isEqualTo(new Outcome(result, 0, null, null, null));
        needed = reader.bytesNeeded();
      } else {
        decided = outcome(reader, result, length);
        if (result == Result.DONE) {
          assertThat(length).isGreaterThanOrEqualTo(needed);
          assertThat(reader.connection().headerBytes()).isEqualTo(length);
        }
      }
    }
    return decided == null ? new Outcome(Result.MORE, 0, null, null, null) : decided;
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
