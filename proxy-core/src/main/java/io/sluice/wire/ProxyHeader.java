package io.sluice.wire;

import io.sluice.linux.Linux;
import io.sluice.linux.SockAddr;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Writes the header of the PROXY protocol (proxy-protocol.txt, section 2). Each method gives all of
 * it, to be sent before the first byte of payload and anew on each connection.
 */
public final class ProxyHeader {

  /** PP2_TYPE_ALPN. */
  public static final int ALPN = 0x01;

  /** PP2_TYPE_AUTHORITY: the host name that the client asked for. */
  public static final int AUTHORITY = 0x02;

  /** PP2_TYPE_CRC32C: see {@link #withChecksum}. */
  public static final int CHECKSUM = 0x03;

  /** PP2_TYPE_NOOP: fills up, means nothing. */
  public static final int NOOP = 0x04;

  /** PP2_TYPE_UNIQUE_ID. */
  public static final int UNIQUE_ID = 0x05;

  /** PP2_TYPE_SSL: has TLVs of its own inside. */
  public static final int SSL = 0x20;

  /** PP2_TYPE_NETNS. */
  public static final int NETNS = 0x30;

  /** PP2_TYPE_MIN_CUSTOM: the types from here to 0xEF are an application's own. */
  public static final int CUSTOM = 0xE0;

  private static final int VERSION_2_LOCAL = 0x20;
  private static final int VERSION_2_PROXY = 0x21;
  private static final int TCP4 = 0x11;
  private static final int TCP6 = 0x21;
  private static final int UNSPEC = 0x00;
  private static final int LENGTH_MAX = 0xFFFF;
  private static final int CHECKSUM_TLV_BYTES = 3 + Integer.BYTES;

  /** A type-length-value behind the addresses. Immutable. */
  public static final class Tlv {
    private static final int TYPE_MAX = 0xFF;

    private final int type;
    private final byte[] value;

    private Tlv(int type, byte[] value) {
      if (type < 0 || type > TYPE_MAX) {
        throw new IllegalArgumentException("type must be 0 to 255, not " + type);
      }
      this.type = type;
      this.value = value;
    }

    /** A value of bytes. */
    public static Tlv of(int type, byte[] value) {
      return new Tlv(type, value.clone());
    }

    /** A value of text, without a zero at its end. */
    public static Tlv text(int type, String text) {
      return new Tlv(type, text.getBytes(StandardCharsets.UTF_8));
    }

    /** From 0 to 255. */
    public int type() {
      return type;
    }

    /** A copy of the value. */
    public byte[] value() {
      return value.clone();
    }

    /** The value as text; what is not UTF-8 is replaced. */
    public String text() {
      return new String(value, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Tlv that && type == that.type && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
      return 31 * type + Arrays.hashCode(value);
    }

    @Override
    public String toString() {
      return "0x" + Integer.toHexString(type) + "=" + HexFormat.of().formatHex(value);
    }
  }

  private ProxyHeader() {}

  /**
   * Version 1. An IPv4 address beside an IPv6 one is mapped into IPv6; where one is a UNIX address
   * the line says UNKNOWN, and the receiver uses the addresses of the connection itself.
   */
  public static byte[] v1(SockAddr source, SockAddr destination) {
    String line = "PROXY UNKNOWN\r\n";
    if (!source.isUnix() && !destination.isUnix()) {
      SockAddr from = source.unmapped();
      SockAddr to = destination.unmapped();
      boolean ipv4 = isIpv4(from) && isIpv4(to);
      line =
          (ipv4 ? "PROXY TCP4 " : "PROXY TCP6 ")
              + (ipv4 ? from.host() + " " + to.host() : mappedText(from) + " " + mappedText(to))
              + (" " + from.port() + " " + to.port() + "\r\n");
    }
    return line.getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Version 2, of a proxied connection. Addresses that are not both IP are left out (AF_UNSPEC), as
   * HAProxy does: the receiver then uses those of the connection itself.
   *
   * @param tlvs without {@link #CHECKSUM}, which only {@link #withChecksum} can compute
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
      if (tlv.type == CHECKSUM) {
        throw new IllegalArgumentException("a checksum of another header");
      }
      body.write(tlv.type);
      writeShort(body, tlv.value.length);
      body.writeBytes(tlv.value);
    }
    return block(VERSION_2_PROXY, family, body.toByteArray());
  }

  /** Version 2, of a connection that the proxy makes for itself, such as a health check. */
  public static byte[] local() {
    return block(VERSION_2_LOCAL, UNSPEC, new byte[0]);
  }

  /**
   * The same header of version 2 with a checksum (CRC32C) over all of it as its last TLV.
   *
   * @throws IllegalArgumentException when that makes it longer than the header can tell
   */
  public static byte[] withChecksum(byte[] header) {
    byte[] body = Arrays.copyOfRange(header, ProxyBlock.FIXED_BYTES, header.length);
    ByteBuffer longer = ByteBuffer.wrap(Arrays.copyOf(body, body.length + CHECKSUM_TLV_BYTES));
    longer.put(body.length, (byte) CHECKSUM);
    longer.putShort(body.length + 1, (short) Integer.BYTES);
    byte[] summed = block(header[12], header[13], longer.array());
    CRC32C sum = new CRC32C();
    sum.update(summed);
    ByteBuffer.wrap(summed).putInt(summed.length - Integer.BYTES, (int) sum.getValue());
    return summed;
  }

  private static byte[] block(int versionAndCommand, int family, byte[] body) {
    if (body.length > LENGTH_MAX) {
      throw new IllegalArgumentException("a header of " + body.length + " bytes");
    }
    return ByteBuffer.allocate(ProxyBlock.FIXED_BYTES + body.length)
        .put(ProxyBlock.SIGNATURE)
        .put((byte) versionAndCommand)
        .put((byte) family)
        .putShort((short) body.length)
        .put(body)
        .array();
  }

  private static boolean isIpv4(SockAddr address) {
    return address.family() == Linux.AF_INET;
  }

  private static String mappedText(SockAddr address) {
    return isIpv4(address) ? "::ffff:" + address.host() : address.host();
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
