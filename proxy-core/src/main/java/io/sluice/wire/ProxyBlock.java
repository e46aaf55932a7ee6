package io.sluice.wire;

import io.sluice.linux.Linux;
import io.sluice.linux.SockAddr;
import io.sluice.wire.ProxyHeader.Tlv;
import io.sluice.wire.ProxyHeaderReader.Result;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Version 2 of the PROXY header: a binary block (proxy-protocol.txt, section 2.2).
 *
 * <pre>
 *   signature 12 | version, command 1 | family, protocol 1 | length 2 | addresses | TLVs
 * </pre>
 *
 * <p>The length alone says where the header ends: it counts addresses and TLVs, also those of a
 * LOCAL header, which mean nothing and are skipped.
 */
final class ProxyBlock {
  static final byte[] SIGNATURE = {
    0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A
  };
  static final int FIXED_BYTES = 16;

  private static final int VERSION_AT = 12;
  private static final int FAMILY_AT = 13;
  private static final int LENGTH_AT = 14;

  private static final int VERSION = 2;
  private static final int COMMAND_LOCAL = 0;
  private static final int COMMAND_PROXY = 1;

  private static final int FAMILY_UNSPEC = 0;
  private static final int FAMILY_INET = 1;
  private static final int FAMILY_INET6 = 2;
  private static final int FAMILY_UNIX = 3;
  private static final int PROTOCOL_STREAM = 1;
  private static final int PROTOCOL_DGRAM = 2;

  private static final int SUN_PATH_BYTES = 108;
  private static final int UNKNOWN_FAMILY = -1;

  /** client, verify. */
  private static final int SSL_FIXED_BYTES = 5;

  private static final int TLV_FIXED_BYTES = 3;
  private static final byte[] ZEROED = new byte[Integer.BYTES];

  /** {@code soFar} begins with {@link #SIGNATURE}. */
  Result read(ByteBuffer soFar, ProxyHeaderReader reader) {
    int start = soFar.position();
    int length = soFar.remaining();
    if (length > VERSION_AT) {
      int version = octet(soFar, start + VERSION_AT) >>> 4;
      int command = octet(soFar, start + VERSION_AT) & 0x0F;
      if (version != VERSION) {
        return reader.invalid("version " + version);
      }
      if (command > COMMAND_PROXY) {
        return reader.invalid("command " + command);
      }
    }
    if (length < FIXED_BYTES) {
      return reader.more(FIXED_BYTES);
    }
    boolean local = (octet(soFar, start + VERSION_AT) & 0x0F) == COMMAND_LOCAL;
    int family = octet(soFar, start + FAMILY_AT);
    int behind = network16(soFar, start + LENGTH_AT);
    int headerBytes = FIXED_BYTES + behind;
    int addressBytes = addressBytes(family);
    if (!local && behind < addressBytes) {
      return reader.invalid(
          behind + " bytes for the addresses of family " + hex(family) + ", needs " + addressBytes);
    }
    if (headerBytes > reader.maxBytes()) {
      return reader.invalid(
          "a header of " + headerBytes + " bytes, " + reader.maxBytes() + " are allowed");
    }
    if (length < headerBytes) {
      return reader.more(headerBytes);
    }
    if (local || addressBytes == UNKNOWN_FAMILY) {
      return reader.done(ProxiedConnection.unaddressed(local, List.of(), headerBytes));
    }
    return readWhole(soFar, family, addressBytes, headerBytes, reader);
  }

  /** Where the family is unknown nobody can tell where its addresses end and TLVs begin. */
  private static int addressBytes(int family) {
    if ((family & 0x0F) > PROTOCOL_DGRAM) {
      return UNKNOWN_FAMILY;
    }
    return switch (family >>> 4) {
      case FAMILY_UNSPEC -> 0;
      case FAMILY_INET -> 2 * (Ip4Text.BYTES + Short.BYTES);
      case FAMILY_INET6 -> 2 * (Ip6Text.BYTES + Short.BYTES);
      case FAMILY_UNIX -> 2 * SUN_PATH_BYTES;
      default -> UNKNOWN_FAMILY;
    };
  }

  private static Result readWhole(
      ByteBuffer soFar, int family, int addressBytes, int headerBytes, ProxyHeaderReader reader) {
    int start = soFar.position();
    int end = start + headerBytes;
    List<Tlv> tlvs = new ArrayList<>();
    boolean summed = false;
    for (int at = start + FIXED_BYTES + addressBytes; at < end; ) {
      int value = at + TLV_FIXED_BYTES;
      int after = tlvEnd(soFar, at, end);
      if (after < 0) {
        return reader.invalid("a TLV at byte " + (at - start + 1) + " that the header cuts off");
      }
      int type = octet(soFar, at);
      if (type == ProxyHeader.CHECKSUM) {
        String wrong = summed ? "a second checksum" : wrongSum(soFar, headerBytes, value, after);
        if (wrong != null) {
          return reader.invalid(wrong);
        }
        summed = true;
      } else if (type == ProxyHeader.SSL && !isWholeSsl(soFar, value, after)) {
        return reader.invalid("an SSL TLV at byte " + (at - start + 1) + " that is not whole");
      } else if (type != ProxyHeader.NOOP) {
        byte[] bytes = new byte[after - value];
        soFar.get(value, bytes);
        tlvs.add(Tlv.of(type, bytes));
      }
      at = after;
    }
    if ((family & 0x0F) != PROTOCOL_STREAM || family >>> 4 == FAMILY_UNSPEC) {
      return reader.done(ProxiedConnection.unaddressed(false, tlvs, headerBytes));
    }
    int at = start + FIXED_BYTES;
    SockAddr source = address(soFar, at, family >>> 4, 0);
    SockAddr destination = address(soFar, at, family >>> 4, 1);
    return reader.done(new ProxiedConnection(source, destination, false, tlvs, headerBytes));
  }

  /** Where the TLV at {@code at} ends; -1 when that is behind {@code end}. */
  private static int tlvEnd(ByteBuffer soFar, int at, int end) {
    if (end - at < TLV_FIXED_BYTES) {
      return -1;
    }
    int after = at + TLV_FIXED_BYTES + network16(soFar, at + 1);
    return after > end ? -1 : after;
  }

  /** Its own TLVs have to fill what stands behind its fixed fields. */
  private static boolean isWholeSsl(ByteBuffer soFar, int value, int end) {
    int at = value + SSL_FIXED_BYTES;
    if (at > end) {
      return false;
    }
    while (at >= 0 && at < end) {
      at = tlvEnd(soFar, at, end);
    }
    return at == end;
  }

  /** What is wrong with the checksum at {@code value}; null where it is right. */
  private static String wrongSum(ByteBuffer soFar, int headerBytes, int value, int after) {
    if (after - value != Integer.BYTES) {
      return "a checksum of " + (after - value) + " bytes";
    }
    int start = soFar.position();
    CRC32C sum = new CRC32C();
    sum.update(part(soFar, start, value));
    sum.update(ZEROED);
    sum.update(part(soFar, after, start + headerBytes));
    long told = (long) network16(soFar, value) << 16 | network16(soFar, value + Short.BYTES);
    return sum.getValue() == told ? null : "checksum " + hex(told) + " of " + hex(sum.getValue());
  }

  /** The first or second address of a block that begins at {@code at}. */
  private static SockAddr address(ByteBuffer soFar, int at, int family, int index) {
    if (family == FAMILY_UNIX) {
      return unix(soFar, at + index * SUN_PATH_BYTES);
    }
    byte[] ip = new byte[family == FAMILY_INET ? Ip4Text.BYTES : Ip6Text.BYTES];
    soFar.get(at + index * ip.length, ip);
    int port = network16(soFar, at + 2 * ip.length + index * Short.BYTES);
    try {
      return SockAddr.inet(InetAddress.getByAddress(ip), port);
    } catch (UnknownHostException e) {
      throw new AssertionError("four and sixteen bytes are addresses", e);
    }
  }

  /** The field has one size: zeros behind an abstract name are taken for what fills it up. */
  private static SockAddr unix(ByteBuffer soFar, int at) {
    int length = SUN_PATH_BYTES;
    while (length > 0 && soFar.get(at + length - 1) == 0) {
      length--;
    }
    ByteBuffer address = ByteBuffer.allocate(Short.BYTES + SUN_PATH_BYTES);
    address.order(ByteOrder.nativeOrder()).putShort((short) Linux.AF_UNIX);
    address.put(part(soFar, at, at + length));
    return SockAddr.decode(address, Short.BYTES + length);
  }

  private static ByteBuffer part(ByteBuffer bytes, int from, int to) {
    return bytes.duplicate().limit(to).position(from);
  }

  private static int octet(ByteBuffer bytes, int at) {
    return bytes.get(at) & 0xFF;
  }

  private static int network16(ByteBuffer bytes, int at) {
    return octet(bytes, at) << 8 | octet(bytes, at + 1);
  }

  private static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }
}
