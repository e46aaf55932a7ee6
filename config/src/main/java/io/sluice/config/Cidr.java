package io.sluice.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.regex.Pattern;

/**
 * A block of IP addresses, in 128 bits: an IPv4 address is {@code ::ffff:a.b.c.d}, so that it is
 * the same however a client's address is written.
 *
 * @param high upper half of the first address
 * @param low lower half of the first address
 * @param prefix leading bits that all its addresses share, 0 to 128
 */
public record Cidr(long high, long low, int prefix) {

  private static final int BITS = 128;
  private static final int V4_BITS = 32;

  /** The bits before an IPv4 address: those of {@code ::ffff:0:0/96}. */
  public static final int V4_PREFIX = BITS - V4_BITS;

  private static final long MAPPED = 0xFFFFL << V4_BITS;
  private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,2}");

  /**
   * Reads {@code 10.0.0.0/8}, {@code 2001:db8::/32}, or a single address.
   *
   * @throws IllegalArgumentException whose message tells the operator what to change
   */
  public static Cidr parse(String text) {
    int slash = text.indexOf('/');
    String host = slash < 0 ? text : text.substring(0, slash);
    boolean v4 = AddressParser.isV4(host);
    if (!v4 && !AddressParser.isV6(host)) {
      throw new IllegalArgumentException(host + " is not an IPv4 or IPv6 address");
    }
    int bits = v4 ? V4_BITS : BITS;
    int prefix = slash < 0 ? bits : number(text.substring(slash + 1), bits);
    Cidr single = address(host);
    Cidr block = single.masked(v4 ? V4_PREFIX + prefix : prefix);
    if (block.high != single.high || block.low != single.low) {
      throw new IllegalArgumentException("has bits behind its prefix: write " + block);
    }
    return block;
  }

  private static int number(String text, int bits) {
    int prefix = NUMBER.matcher(text).matches() ? Integer.parseInt(text) : Integer.MAX_VALUE;
    if (prefix > bits) {
      throw new IllegalArgumentException("the prefix is a number from 0 to " + bits);
    }
    return prefix;
  }

  private static Cidr address(String host) {
    try {
      // Text in brackets is never looked up as a name.
      byte[] bytes =
          InetAddress.getByName(host.indexOf(':') < 0 ? host : "[" + host + "]").getAddress();
      ByteBuffer address = ByteBuffer.wrap(bytes);
      return bytes.length * Byte.SIZE == V4_BITS
          ? new Cidr(0, MAPPED | (address.getInt() & 0xFFFFFFFFL), BITS)
          : new Cidr(address.getLong(), address.getLong(), BITS);
    } catch (UnknownHostException e) {
      throw new AssertionError(host + " was found to be an address", e);
    }
  }

  private Cidr masked(int bits) {
    return new Cidr(high & highMask(bits), low & lowMask(bits), bits);
  }

  /** The upper half of a mask of {@code prefix} bits. */
  public static long highMask(int prefix) {
    return prefix == 0 ? 0 : -1L << Math.max(0, Long.SIZE - prefix);
  }

  /** The lower half of a mask of {@code prefix} bits. */
  public static long lowMask(int prefix) {
    return prefix <= Long.SIZE ? 0 : -1L << (BITS - prefix);
  }

  /** Whether these are IPv4 addresses. */
  public boolean isV4() {
    return high == 0 && prefix >= V4_PREFIX && low >>> V4_BITS == MAPPED >>> V4_BITS;
  }

  /** As an operator writes it. */
  @Override
  public String toString() {
    int bits = isV4() ? prefix - V4_PREFIX : prefix;
    int all = isV4() ? V4_BITS : BITS;
    ByteBuffer bytes = ByteBuffer.allocate(BITS / Byte.SIZE).putLong(high).putLong(low);
    byte[] address = bytes.array();
    if (isV4()) {
      address = new byte[] {address[12], address[13], address[14], address[15]};
    }
    try {
      String host = InetAddress.getByAddress(address).getHostAddress();
      return bits == all ? host : host + "/" + bits;
    } catch (UnknownHostException e) {
      throw new AssertionError("bytes of the right number are an address", e);
    }
  }
}
