package io.sluice.wire;

import java.nio.ByteBuffer;

/**
 * Reads the PROXY header, version 1 or 2, at the beginning of a connection (proxy-protocol.txt,
 * section 2).
 *
 * <p>The caller keeps the bytes: it hands over all that came so far, and asks again when there are
 * more. Each {@link #read} begins anew, so that nothing is lost between segments, and one reader
 * serves the connections of a loop one after the other. It decides at the first byte that cannot
 * belong to a header, and its answer does not depend on how the bytes were cut into segments.
 *
 * <p>Nothing is allocated while a header is incomplete. One thread at a time.
 */
public final class ProxyHeaderReader {

  /** What a receiver must be able to take: 16 bytes, UNIX addresses, and 304 bytes for TLVs. */
  public static final int SMALLEST_BOUND_BYTES = 536;

  /** What the bytes so far amount to. */
  public enum Result {
    /** The beginning of a header; see {@link #bytesNeeded}. */
    MORE,
    /** No header: these bytes are payload; see {@link #fault} where a header is required. */
    NONE,
    /** A whole header; see {@link #connection}. */
    DONE,
    /** A header that breaks a rule; see {@link #fault} and {@link #detail}. */
    INVALID
  }

  private final int maxBytes;
  private final ProxyLine line = new ProxyLine();
  private final ProxyBlock block = new ProxyBlock();

  private int bytesNeeded;
  private ProxiedConnection connection;
  private ProxyHeaderFault fault;
  private String detail;

  /**
   * A reader of headers of at most {@code maxBytes}.
   *
   * @throws IllegalArgumentException below {@link #SMALLEST_BOUND_BYTES}
   */
  public ProxyHeaderReader(int maxBytes) {
    if (maxBytes < SMALLEST_BOUND_BYTES) {
      throw new IllegalArgumentException(
          "a bound of " + maxBytes + " bytes, must be at least " + SMALLEST_BOUND_BYTES);
    }
    this.maxBytes = maxBytes;
  }

  /**
   * Reads what came so far.
   *
   * @param soFar all bytes since the beginning of the connection, from position to limit; neither
   *     is moved, and the byte order does not matter
   */
  public Result read(ByteBuffer soFar) {
    bytesNeeded = 0;
    connection = null;
    fault = null;
    detail = null;
    int length = soFar.remaining();
    if (length == 0) {
      return more(1);
    }
    boolean text = soFar.get(soFar.position()) == ProxyLine.SIGNATURE[0];
    byte[] signature = text ? ProxyLine.SIGNATURE : ProxyBlock.SIGNATURE;
    int matching = matching(soFar, signature);
    if (matching < signature.length) {
      return matching == length ? more(length + 1) : none(matching);
    }
    return text ? line.read(soFar, this) : block.read(soFar, this);
  }

  /**
   * After MORE: how many bytes a header that begins so has at least, counted from the beginning of
   * the connection. Before that many are there the answer can only be MORE, NONE or INVALID.
   */
  public int bytesNeeded() {
    return bytesNeeded;
  }

  /** After DONE: what the header says; otherwise null. */
  public ProxiedConnection connection() {
    return connection;
  }

  /** After INVALID or NONE: why a required header is not there; otherwise null. */
  public ProxyHeaderFault fault() {
    return fault;
  }

  /** After INVALID or NONE: what exactly is wrong, for the log; otherwise null. */
  public String detail() {
    return detail;
  }

  int maxBytes() {
    return maxBytes;
  }

  Result more(int needed) {
    bytesNeeded = needed;
    return Result.MORE;
  }

  Result done(ProxiedConnection found) {
    connection = found;
    return Result.DONE;
  }

  Result invalid(String what) {
    fault = ProxyHeaderFault.INVALID;
    detail = what;
    return Result.INVALID;
  }

  private Result none(int matching) {
    fault = ProxyHeaderFault.NOT_PROXY;
    detail = "no header of version 1 or 2 from byte " + (matching + 1) + " on";
    return Result.NONE;
  }

  /** How many bytes from the beginning are those of the signature. */
  private static int matching(ByteBuffer soFar, byte[] signature) {
    int most = Math.min(soFar.remaining(), signature.length);
    int start = soFar.position();
    int i = 0;
    while (i < most && soFar.get(start + i) == signature[i]) {
      i++;
    }
    return i;
  }
}
