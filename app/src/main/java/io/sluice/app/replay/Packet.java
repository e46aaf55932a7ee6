package io.sluice.app.replay;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The TCP segment in a captured packet: RFC 791, RFC 8200, RFC 9293, and the LINKTYPE list of
 * tcpdump.org for what stands before.
 *
 * <p>One object for all packets, overwritten by each {@link #parse}.
 */
final class Packet {
  static final int FIN = 1;
  static final int SYN = 2;
  static final int RST = 4;
  static final int ACK = 16;

  /** All headers of a packet together; what has more is not looked at. */
  static final int HEADERS_BYTES_MAX = 512;

  private static final int LINK_NULL = 0;
  private static final int LINK_ETHERNET = 1;
  private static final int LINK_RAW_BSD = 12;
  private static final int LINK_RAW = 101;
  private static final int LINK_LOOP = 108;
  private static final int LINK_LINUX_SLL = 113;
  private static final int LINK_IPV4 = 228;
  private static final int LINK_IPV6 = 229;
  private static final int LINK_LINUX_SLL2 = 276;

  private static final int TYPE_IPV4 = 0x0800;
  private static final int TYPE_IPV6 = 0x86DD;
  private static final int TYPE_VLAN = 0x8100;
  private static final int TYPE_VLAN_OUTER = 0x88A8;
  private static final int TYPE_OTHER = -1;

  private static final int PROTOCOL_TCP = 6;
  private static final int PROTOCOL_HOP_BY_HOP = 0;
  private static final int PROTOCOL_ROUTING = 43;
  private static final int PROTOCOL_DESTINATION = 60;
  private static final int MORE_FRAGMENTS_AND_OFFSET = 0x3FFF;

  private ByteBuffer bytes = ByteBuffer.allocate(0);
  private int at;
  private InetAddress sourceAddress;
  private InetAddress targetAddress;

  /** Bytes of the TCP segment by the IP header; negative when it does not say. */
  private long segmentBytes;

  private Endpoint source;
  private Endpoint target;
  private int sequence;
  private int flags;
  private int payloadAt;
  private long payloadBytes;
  private long segmentPayloadBytes;

  /** Whether this LINKTYPE can be read at all. */
  static boolean knows(int linkType) {
    return switch (linkType) {
      case LINK_NULL,
          LINK_ETHERNET,
          LINK_RAW_BSD,
          LINK_RAW,
          LINK_LOOP,
          LINK_LINUX_SLL,
          LINK_IPV4,
          LINK_IPV6,
          LINK_LINUX_SLL2 ->
          true;
      default -> false;
    };
  }

  /**
   * Reads the headers.
   *
   * @param headers the first bytes of the packet
   * @param capturedBytes how many bytes of the packet the file has
   * @return false when this is no TCP segment, or a fragment of one
   */
  boolean parse(int linkType, ByteBuffer headers, long capturedBytes) {
    bytes = headers.order(ByteOrder.BIG_ENDIAN);
    at = 0;
    try {
      int version = ipVersion(linkType);
      boolean tcp =
          switch (version) {
            case 4 -> isTcpOverIpv4();
            case 6 -> isTcpOverIpv6();
            default -> false;
          };
      return tcp && parseTcp(capturedBytes);
    } catch (IndexOutOfBoundsException | UnknownHostException e) {
      return false; // Cut off within its headers.
    }
  }

  private int ipVersion(int linkType) {
    int type =
        switch (linkType) {
          case LINK_ETHERNET -> afterEthernet();
          case LINK_LINUX_SLL -> typeAt(14, 16);
          case LINK_LINUX_SLL2 -> typeAt(0, 20);
          case LINK_NULL, LINK_LOOP -> afterFamily();
          default -> 0;
        };
    if (type != 0 && type != TYPE_IPV4 && type != TYPE_IPV6) {
      return TYPE_OTHER;
    }
    return bytes.get(at) >>> 4 & 0xF;
  }

  private int typeAt(int index, int headerBytes) {
    int type = Short.toUnsignedInt(bytes.getShort(at + index));
    at += headerBytes;
    return type;
  }

  private int afterEthernet() {
    int type = typeAt(12, 14);
    while (type == TYPE_VLAN || type == TYPE_VLAN_OUTER) {
      type = typeAt(2, 4);
    }
    return type;
  }

  /** The address family differs between systems; the version after it does not. */
  private int afterFamily() {
    at += Integer.BYTES;
    return 0;
  }

  private boolean isTcpOverIpv4() throws UnknownHostException {
    int headerBytes = (bytes.get(at) & 0xF) * 4;
    int total = Short.toUnsignedInt(bytes.getShort(at + 2));
    boolean whole = (bytes.getShort(at + 6) & MORE_FRAGMENTS_AND_OFFSET) == 0;
    boolean tcp = (bytes.get(at + 9) & 0xFF) == PROTOCOL_TCP;
    sourceAddress = address(at + 12, 4);
    targetAddress = address(at + 16, 4);
    // 0 is left there by cards that cut large segments themselves.
    segmentBytes = total == 0 ? -1 : total - headerBytes;
    at += headerBytes;
    return whole && tcp && headerBytes >= 20 && (total == 0 || segmentBytes >= 0);
  }

  private boolean isTcpOverIpv6() throws UnknownHostException {
    int payload = Short.toUnsignedInt(bytes.getShort(at + 4));
    int next = bytes.get(at + 6) & 0xFF;
    sourceAddress = address(at + 8, 16);
    targetAddress = address(at + 24, 16);
    at += 40;
    int extensions = 0;
    while (next == PROTOCOL_HOP_BY_HOP
        || next == PROTOCOL_ROUTING
        || next == PROTOCOL_DESTINATION) {
      next = bytes.get(at) & 0xFF;
      int length = ((bytes.get(at + 1) & 0xFF) + 1) * 8;
      at += length;
      extensions += length;
    }
    // 0 is a jumbogram, or the same kind of card.
    segmentBytes = payload == 0 ? -1 : payload - extensions;
    return next == PROTOCOL_TCP && (payload == 0 || segmentBytes >= 0);
  }

  private boolean parseTcp(long capturedBytes) {
    source = new Endpoint(sourceAddress, Short.toUnsignedInt(bytes.getShort(at)));
    target = new Endpoint(targetAddress, Short.toUnsignedInt(bytes.getShort(at + 2)));
    sequence = bytes.getInt(at + 4);
    int headerBytes = (bytes.get(at + 12) >>> 4 & 0xF) * 4;
    flags = bytes.get(at + 13) & 0xFF;
    payloadAt = at + headerBytes;
    long captured = capturedBytes - payloadAt;
    // Short frames are padded: the IP header knows where the segment ends.
    segmentPayloadBytes = segmentBytes < 0 ? captured : segmentBytes - headerBytes;
    payloadBytes = Math.min(captured, segmentPayloadBytes);
    return headerBytes >= 20 && payloadBytes >= 0;
  }

  private InetAddress address(int index, int length) throws UnknownHostException {
    byte[] raw = new byte[length];
    bytes.get(index, raw);
    return InetAddress.getByAddress(raw);
  }

  Endpoint source() {
    return source;
  }

  Endpoint target() {
    return target;
  }

  int sequence() {
    return sequence;
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** Where the payload begins, from the first byte of the packet. */
  int payloadAt() {
    return payloadAt;
  }

  /** How much of it was captured, in bytes. */
  long payloadBytes() {
    return payloadBytes;
  }

  /** How much of it was sent, in bytes: more than was captured when the capture cuts packets. */
  long segmentPayloadBytes() {
    return segmentPayloadBytes;
  }
}
