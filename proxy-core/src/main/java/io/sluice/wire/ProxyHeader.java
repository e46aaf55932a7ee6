package io.sluice.wire;

import io.sluice.linux.SockAddr;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The header of the PROXY protocol, version 2 (proxy-protocol.txt, section 2.2). */
public final class ProxyHeader {

  /** PP2_TYPE_UNIQUE_ID. */
  public static final int UNIQUE_ID = 0x05;

  /** PP2_TYPE_MIN_CUSTOM: the types from here to 0xEF are an application's own. */
  public static final int CUSTOM = 0xE0;

  private static final byte[] SIGNATURE = {
    0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A
  };
  private static final int VERSION_2_PROXY = 0x21;
  private static final int TCP4 = 0x11;
  private static final int TCP6 = 0x21;
  private static final int UNSPEC = 0x00;
  private static final int LENGTH_MAX = 0xFFFF;

  /** A type-length-value behind the addresses. */
  public static final class Tlv {
    private final int type;
    private final byte[] value;

    private Tlv(int type, byte[] value) {
      this.type = type;
      this.value = value;
    }

    /** A value of text, without a zero at its end. */
    public static Tlv text(int type, String text) {
      return new Tlv(type, text.getBytes(StandardCharsets.UTF_8));
    }
  }

  private ProxyHeader() {}

  /**
   * The header of a proxied connection. Addresses that are not both IP are left out (AF_UNSPEC):
   * the receiver then uses those of the connection itself.
   *
   * @throws IllegalArgumentException when the TLVs are longer than the header can tell
   */
  public static byte[] v2(SockAddr source, SockAddr destination, List<Tlv> tlvs) {
    ByteArrayOutputStream body = new ByteArrayOutputStream(64);
    int family = UNSPEC;
    if (!source.isUnix() && !destination.isUnix()) {
      byte[] from = ip(source);
      byte[] to = ip(destination);
      family = from.length == to.length && from.length == 4 ? TCP4 : TCP6;
      body.writeBytes(family == TCP6 ? mapped(from) : from);
      body.writeBytes(family == TCP6 ? mapped(to) : to);
      writeShort(body, source.port());
      writeShort(body, destination.port());
    }
    for (Tlv tlv : tlvs) {
      body.write(tlv.type);
      writeShort(body, tlv.value.length);
      body.writeBytes(tlv.value);
    }
    if (body.size() > LENGTH_MAX) {
      throw new IllegalArgumentException("a header of " + body.size() + " bytes");
    }
    return ByteBuffer.allocate(SIGNATURE.length + 4 + body.size())
        .put(SIGNATURE)
        .put((byte) VERSION_2_PROXY)
        .put((byte) family)
        .putShort((short) body.size())
        .put(body.toByteArray())
        .array();
  }

  private static byte[] ip(SockAddr address) {
    InetAddress ip = ((InetSocketAddress) address.unmapped().toJava()).getAddress();
    return ip.getAddress();
  }

  /** RFC 4291, section 2.5.5.2. */
  private static byte[] mapped(byte[] ip) {
    if (ip.length > 4) {
      return ip;
    }
    byte[] mapped = new byte[16];
    mapped[10] = (byte) 0xFF;
    mapped[11] = (byte) 0xFF;
    System.arraycopy(ip, 0, mapped, 12, ip.length);
    return mapped;
  }

  private static void writeShort(ByteArrayOutputStream out, int value) {
    out.write(value >>> 8);
    out.write(value);
  }
}
