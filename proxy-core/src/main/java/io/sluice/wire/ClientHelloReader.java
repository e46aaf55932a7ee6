package io.sluice.wire;

import java.nio.ByteBuffer;

/**
 * Reads the ClientHello at the beginning of a connection without taking part in the handshake (RFC
 * 8446, sections 4.1.2 and 5.1; RFC 5246 is the same here).
 *
 * <pre>
 *   record     type 1 | version 2 | length 2 | a piece of the handshake      any number of them
 *   handshake  type 1 | length 3 | body
 * </pre>
 *
 * <p>The caller keeps the bytes, as with {@link ProxyHeaderReader}: each {@link #read} begins anew
 * with all that came so far, and one reader serves the connections of a loop one after the other.
 * The message may be cut into segments and into records at any place, even inside its first four
 * bytes. Nothing is allocated while it is incomplete. One thread at a time.
 */
public final class ClientHelloReader {

  /** Room for the longest message that fits into one record, and for the header of the record. */
  public static final int DEFAULT_BOUND_BYTES = 5 + 16 * 1024;

  /** What the bytes so far amount to. */
  public enum Result {
    /** The beginning of a ClientHello; see {@link #bytesNeeded}. */
    MORE,
    /** Some other protocol, which includes the hello of SSL 2. */
    NOT_TLS,
    /** A whole ClientHello; see {@link #hello}. */
    DONE,
    /** TLS, but what it says breaks a rule or is too long; see {@link #detail}. */
    INVALID
  }

  private static final int RECORD_HEADER_BYTES = 5;
  private static final int LENGTH_AT = 3;
  private static final int RECORD_BYTES_MAX = 1 << 14;
  private static final int CONTENT_HANDSHAKE = 22;
  private static final int MAJOR_VERSION = 3;
  private static final int HANDSHAKE_HEADER_BYTES = 4;
  private static final int CLIENT_HELLO = 1;

  /** The bytes that tell TLS from other protocols. */
  private static final int TELLING_BYTES = 2;

  /** Without session id and extensions, with one cipher suite and one compression method. */
  private static final int SHORTEST_BYTES = RECORD_HEADER_BYTES + 45;

  private final int maxBytes;

  private int bytesNeeded;
  private ClientHello hello;
  private String detail;

  /** The first four bytes of the handshake as far as they are known, and how many those are. */
  private int handshakeHeader;

  private int handshakeHeaderBytes;

  /**
   * A reader of ClientHellos of at most {@code maxBytes}, the headers of their records included.
   *
   * @throws IllegalArgumentException when nothing fits into so little
   */
  public ClientHelloReader(int maxBytes) {
    if (maxBytes < SHORTEST_BYTES) {
      throw new IllegalArgumentException(
          "a bound of " + maxBytes + " bytes, must be at least " + SHORTEST_BYTES);
    }
    this.maxBytes = maxBytes;
  }

  /**
   * Reads what came so far.
   *
   * @param soFar all bytes since the beginning of the TLS stream (behind a PROXY header), from
   *     position to limit; neither is moved, and the byte order does not matter
   */
  public Result read(ByteBuffer soFar) {
    bytesNeeded = 0;
    hello = null;
    detail = null;
    handshakeHeader = 0;
    handshakeHeaderBytes = 0;
    int start = soFar.position();
    int length = soFar.remaining();
    if ((length > 0 && octet(soFar, start) != CONTENT_HANDSHAKE)
        || (length > 1 && octet(soFar, start + 1) != MAJOR_VERSION)) {
      return Result.NOT_TLS;
    }
    if (length < TELLING_BYTES) {
      return more(length + 1);
    }
    return readRecords(soFar);
  }

  /**
   * After MORE: how many bytes a ClientHello that begins so has at least, counted from the
   * beginning. Who asks only then is not slower to a result, but later to find a wrong byte.
   */
  public int bytesNeeded() {
    return bytesNeeded;
  }

  /** After DONE: what it says; otherwise null. */
  public ClientHello hello() {
    return hello;
  }

  /** After INVALID: what exactly is wrong, for the log; otherwise null. */
  public String detail() {
    return detail;
  }

  private Result more(int needed) {
    bytesNeeded = needed;
    return Result.MORE;
  }

  private Result invalid(String what) {
    detail = what;
    return Result.INVALID;
  }

  /** Walks from record to record until their pieces make up the message. */
  private Result readRecords(ByteBuffer soFar) {
    int start = soFar.position();
    int end = soFar.limit();
    int record = start;
    int before = 0;
    while (true) {
      String wrong = wrongRecord(soFar, record, start);
      if (wrong != null) {
        return invalid(wrong);
      }
      int piece = record + RECORD_HEADER_BYTES;
      if (piece > end) {
        return more(piece - start + messageBytes() - before);
      }
      int pieceBytes = network16(soFar, record + LENGTH_AT);
      takeHandshakeHeader(soFar, piece, Math.min(piece + pieceBytes, end));
      if (handshakeHeaderBytes > 0 && handshakeType() != CLIENT_HELLO) {
        return invalid("a handshake that begins with message " + handshakeType());
      }
      int missing = messageBytes() - before;
      // What this record does not hold comes in at least one more.
      int further = pieceBytes < missing ? RECORD_HEADER_BYTES : 0;
      int needed = piece - start + missing + further;
      if (needed > maxBytes) {
        return invalid("a ClientHello of more than " + maxBytes + " bytes");
      }
      if (end - start >= needed && further == 0) {
        return readMessage(soFar);
      }
      if (piece + pieceBytes > end || further == 0) {
        return more(needed);
      }
      before += pieceBytes;
      record = piece + pieceBytes;
    }
  }

  /** What is wrong with the header of a record, as far as it is there; null for nothing. */
  private static String wrongRecord(ByteBuffer soFar, int record, int start) {
    int known = soFar.limit() - record;
    String what = null;
    if (known > 0 && octet(soFar, record) != CONTENT_HANDSHAKE) {
      what = "a record of type " + octet(soFar, record);
    } else if (known > 1 && octet(soFar, record + 1) != MAJOR_VERSION) {
      what = "a record of major version " + octet(soFar, record + 1);
    } else if (known >= RECORD_HEADER_BYTES) {
      int length = network16(soFar, record + LENGTH_AT);
      // An empty piece of a handshake is forbidden, and could be sent for ever.
      what = length == 0 || length > RECORD_BYTES_MAX ? "a record of " + length + " bytes" : null;
    }
    return what == null ? null : what + " at byte " + (record - start + 1);
  }

  private void takeHandshakeHeader(ByteBuffer soFar, int from, int to) {
    for (int i = from; i < to && handshakeHeaderBytes < HANDSHAKE_HEADER_BYTES; i++) {
      handshakeHeader |= octet(soFar, i) << (24 - 8 * handshakeHeaderBytes);
      handshakeHeaderBytes++;
    }
  }

  private int handshakeType() {
    return handshakeHeader >>> 24;
  }

  /** With its header; until that is known, the length of the header. */
  private int messageBytes() {
    boolean known = handshakeHeaderBytes == HANDSHAKE_HEADER_BYTES;
    return HANDSHAKE_HEADER_BYTES + (known ? handshakeHeader & 0xFF_FFFF : 0);
  }

  /** Puts the pieces together, which are known to be there. */
  private Result readMessage(ByteBuffer soFar) {
    ByteBuffer message = ByteBuffer.allocate(messageBytes());
    int record = soFar.position();
    while (message.hasRemaining()) {
      int piece = record + RECORD_HEADER_BYTES;
      int pieceBytes = network16(soFar, record + LENGTH_AT);
      int wanted = Math.min(pieceBytes, message.remaining());
      message.put(soFar.duplicate().limit(piece + wanted).position(piece));
      record = piece + pieceBytes;
    }
    ClientHelloBody body = new ClientHelloBody();
    hello = body.read(message.flip().position(HANDSHAKE_HEADER_BYTES));
    return hello == null ? invalid(body.detail()) : Result.DONE;
  }

  private static int octet(ByteBuffer bytes, int at) {
    return bytes.get(at) & 0xFF;
  }

  private static int network16(ByteBuffer bytes, int at) {
    return octet(bytes, at) << 8 | octet(bytes, at + 1);
  }
}
