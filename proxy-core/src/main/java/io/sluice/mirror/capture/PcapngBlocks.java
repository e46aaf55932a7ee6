package io.sluice.mirror.capture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The blocks of a pcapng file, draft-ietf-opsawg-pcapng: section header, interface description and
 * enhanced packet. Pure functions over buffers in {@link #ORDER}.
 *
 * <p>Invariant: a block is its type, its length, a body padded to four bytes, and its length again.
 */
final class PcapngBlocks {

  static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  /** Type, length, interface, two halves of the time, captured and original length. */
  static final int PACKET_HEAD_BYTES = 28;

  private static final int SECTION_HEADER = 0x0A0D0D0A;
  private static final int BYTE_ORDER_MAGIC = 0x1A2B3C4D;
  private static final short VERSION_MAJOR = 1;
  private static final short VERSION_MINOR = 0;
  private static final long LENGTH_UNKNOWN = -1;

  private static final int INTERFACE_DESCRIPTION = 1;

  /** LINKTYPE_RAW: the packet begins with its IPv4 or IPv6 header. */
  private static final short LINKTYPE_RAW = 101;

  private static final int SNAPLEN_UNLIMITED = 0;

  private static final int ENHANCED_PACKET = 6;
  private static final int FIRST_INTERFACE = 0;

  private static final short OPT_END = 0;
  private static final short OPT_COMMENT = 1;
  private static final short SHB_USERAPPL = 4;
  private static final short IF_NAME = 2;
  private static final short IF_TSRESOL = 9;

  /** The exponent of 10 that a unit of time is the negative of: nanoseconds. */
  private static final byte[] NANOSECONDS = {9};

  private static final int OPTION_HEAD_BYTES = 4;

  private PcapngBlocks() {}

  /** What every file begins with; {@code interfaceName} is the mirror's. */
  static void putFileHead(ByteBuffer out, String interfaceName) {
    int section = begin(out, SECTION_HEADER);
    out.putInt(BYTE_ORDER_MAGIC).putShort(VERSION_MAJOR).putShort(VERSION_MINOR);
    out.putLong(LENGTH_UNKNOWN);
    putOption(out, SHB_USERAPPL, "sluice".getBytes(StandardCharsets.UTF_8));
    putOption(out, OPT_END, new byte[0]);
    end(out, section);

    int description = begin(out, INTERFACE_DESCRIPTION);
    out.putShort(LINKTYPE_RAW).putShort((short) 0).putInt(SNAPLEN_UNLIMITED);
    putOption(out, IF_NAME, interfaceName.getBytes(StandardCharsets.UTF_8));
    putOption(out, IF_TSRESOL, NANOSECONDS);
    putOption(out, OPT_END, new byte[0]);
    end(out, description);
  }

  /** The length of a whole packet block; {@code comment} is UTF-8 and may be empty. */
  static int packetBytes(int capturedBytes, byte[] comment) {
    return PACKET_HEAD_BYTES + padded(capturedBytes) + packetTailBytes(comment);
  }

  /** What stands before the packet itself. */
  static void putPacketHead(ByteBuffer out, long wallNs, int capturedBytes, byte[] comment) {
    out.putInt(ENHANCED_PACKET).putInt(packetBytes(capturedBytes, comment));
    out.putInt(FIRST_INTERFACE);
    out.putInt((int) (wallNs >>> 32)).putInt((int) wallNs);
    out.putInt(capturedBytes).putInt(capturedBytes);
  }

  /** What stands behind it: padding, the comment, the length again. */
  static void putPacketTail(ByteBuffer out, int capturedBytes, byte[] comment) {
    putPadding(out, capturedBytes);
    if (comment.length > 0) {
      putOption(out, OPT_COMMENT, comment);
      putOption(out, OPT_END, new byte[0]);
    }
    out.putInt(packetBytes(capturedBytes, comment));
  }

  private static int packetTailBytes(byte[] comment) {
    int options = comment.length == 0 ? 0 : 2 * OPTION_HEAD_BYTES + padded(comment.length);
    return options + Integer.BYTES;
  }

  private static int begin(ByteBuffer out, int type) {
    int start = out.position();
    out.putInt(type).putInt(0);
    return start;
  }

  private static void end(ByteBuffer out, int start) {
    int length = out.position() + Integer.BYTES - start;
    out.putInt(length).putInt(start + Integer.BYTES, length);
  }

  private static void putOption(ByteBuffer out, short code, byte[] value) {
    out.putShort(code).putShort((short) value.length).put(value);
    putPadding(out, value.length);
  }

  private static void putPadding(ByteBuffer out, int length) {
    for (int i = length; i < padded(length); i++) {
      out.put((byte) 0);
    }
  }

  private static int padded(int length) {
    return (length + 3) & ~3;
  }
}
