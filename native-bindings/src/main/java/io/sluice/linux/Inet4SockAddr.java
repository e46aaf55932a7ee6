package io.sluice.linux;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/** struct sockaddr_in, ip(7): family, port, address; 16 bytes of which 8 are unused. */
final class Inet4SockAddr extends SockAddr {

  static final int ADDRESS_BYTES = 4;
  private static final int LENGTH = 16;
  private static final int PORT_AT = 2;
  private static final int ADDRESS_AT = 4;

  private final int address;
  private final int port;

  Inet4SockAddr(int address, int port) {
    this.address = address;
    this.port = port;
  }

  static SockAddr of(InetAddress address, int port) {
    ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
    return new Inet4SockAddr(bytes.getInt(0), port);
  }

  static SockAddr read(ByteBuffer source, int length) {
    requireLength("IPv4", length, LENGTH);
    int port = (int) getNetwork(source, PORT_AT, Short.BYTES);
    return new Inet4SockAddr((int) getNetwork(source, ADDRESS_AT, ADDRESS_BYTES), port);
  }

  @Override
  public int encode(ByteBuffer target) {
    putFamily(target, Linux.AF_INET);
    putNetwork(target, PORT_AT, port, Short.BYTES);
    putNetwork(target, ADDRESS_AT, address, ADDRESS_BYTES);
    putNetwork(target, ADDRESS_AT + ADDRESS_BYTES, 0, Long.BYTES);
    return LENGTH;
  }

  @Override
  public int family() {
    return Linux.AF_INET;
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public String host() {
    return dotted(new StringBuilder(15), address).toString();
  }

  @Override
  public long addressHigh() {
    return 0;
  }

  @Override
  public long addressLow() {
    return 0xFFFFL << 32 | Integer.toUnsignedLong(address);
  }

  @Override
  public SocketAddress toJava() {
    byte[] bytes = ByteBuffer.allocate(ADDRESS_BYTES).putInt(address).array();
    try {
      return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
    } catch (UnknownHostException e) {
      throw new AssertionError("four bytes are an address", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Inet4SockAddr that && address == that.address && port == that.port;
  }

  @Override
  public int hashCode() {
    return 31 * address + port;
  }

  @Override
  public String toString() {
    return dotted(new StringBuilder(21), address).append(':').append(port).toString();
  }

  static StringBuilder dotted(StringBuilder out, int address) {
    return out.append(address >>> 24)
        .append('.')
        .append(address >>> 16 & 0xFF)
        .append('.')
        .append(address >>> 8 & 0xFF)
        .append('.')
        .append(address & 0xFF);
  }
}
