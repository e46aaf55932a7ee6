package io.sluice.linux;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** struct sockaddr_in6, ipv6(7): family, port, flow label (unused: 0), address, scope id. */
final class Inet6SockAddr extends SockAddr {

  private static final int ADDRESS_BYTES = 16;
  private static final int LENGTH = 28;
  private static final int PORT_AT = 2;
  private static final int FLOW_AT = 4;
  private static final int HIGH_AT = 8;
  private static final int LOW_AT = 16;
  private static final int SCOPE_AT = 24;
  private static final int GROUPS = 8;

  private final long high;
  private final long low;
  private final int scopeId;
  private final int port;

  private Inet6SockAddr(long high, long low, int scopeId, int port) {
    this.high = high;
    this.low = low;
    this.scopeId = scopeId;
    this.port = port;
  }

  static SockAddr of(InetAddress address, int port) {
    ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
    int scopeId = address instanceof Inet6Address inet6 ? inet6.getScopeId() : 0;
    return new Inet6SockAddr(bytes.getLong(0), bytes.getLong(Long.BYTES), scopeId, port);
  }

  static SockAddr read(ByteBuffer source, int length) {
    requireLength("IPv6", length, LENGTH);
    // The scope id alone is in native order; the buffer's own order may be another.
    int scopeId = source.duplicate().order(ByteOrder.nativeOrder()).getInt(SCOPE_AT);
    return new Inet6SockAddr(
        getNetwork(source, HIGH_AT, Long.BYTES),
        getNetwork(source, LOW_AT, Long.BYTES),
        scopeId,
        (int) getNetwork(source, PORT_AT, Short.BYTES));
  }

  @Override
  public int encode(ByteBuffer target) {
    putFamily(target, Linux.AF_INET6);
    putNetwork(target, PORT_AT, port, Short.BYTES);
    putNetwork(target, FLOW_AT, 0, Integer.BYTES);
    putNetwork(target, HIGH_AT, high, Long.BYTES);
    putNetwork(target, LOW_AT, low, Long.BYTES);
    target.duplicate().order(ByteOrder.nativeOrder()).putInt(SCOPE_AT, scopeId);
    return LENGTH;
  }

  @Override
  public int family() {
    return Linux.AF_INET6;
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public long addressHigh() {
    return high;
  }

  @Override
  public long addressLow() {
    return low;
  }

  @Override
  public SockAddr unmapped() {
    return isMapped() ? new Inet4SockAddr((int) low, port) : this;
  }

  /** RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups as ::. */
  @Override
  public String host() {
    return appendHost(new StringBuilder(40)).toString();
  }

  @Override
  public SocketAddress toJava() {
    byte[] bytes = ByteBuffer.allocate(ADDRESS_BYTES).putLong(high).putLong(low).array();
    try {
      // This factory keeps a mapped IPv4 address as IPv6; a negative scope id means none.
      InetAddress address = Inet6Address.getByAddress(null, bytes, scopeId == 0 ? -1 : scopeId);
      return new InetSocketAddress(address, port);
    } catch (UnknownHostException e) {
      throw new AssertionError("sixteen bytes are an address", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Inet6SockAddr that
        && high == that.high
        && low == that.low
        && scopeId == that.scopeId
        && port == that.port;
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Long.hashCode(high) + Long.hashCode(low)) + 31 * scopeId + port;
  }

  @Override
  public String toString() {
    StringBuilder out = appendHost(new StringBuilder(48).append('['));
    if (scopeId != 0) {
      out.append('%').append(Integer.toUnsignedString(scopeId));
    }
    return out.append("]:").append(port).toString();
  }

  private StringBuilder appendHost(StringBuilder out) {
    if (isMapped()) {
      Inet4SockAddr.dotted(out.append("::ffff:"), (int) low);
    } else {
      appendGroups(out);
    }
    return out;
  }

  private boolean isMapped() {
    return high == 0 && low >>> 32 == 0xFFFF;
  }

  private int group(int index) {
    long half = index < GROUPS / 2 ? high : low;
    return (int) (half >>> (48 - 16 * (index % (GROUPS / 2)))) & 0xFFFF;
  }

  private void appendGroups(StringBuilder out) {
    int runStart = longestZeroRunStart();
    int runEnd = runStart < 0 ? -1 : runStart + zeroRunLength(runStart);
    int index = 0;
    while (index < GROUPS) {
      if (index == runStart) {
        out.append("::");
        index = runEnd;
      } else {
        if (index > 0 && index != runEnd) {
          out.append(':');
        }
        out.append(Integer.toHexString(group(index)));
        index++;
      }
    }
  }

  /** The first longest run of at least two zero groups, or -1. */
  private int longestZeroRunStart() {
    int best = -1;
    int bestLength = 1;
    for (int start = 0; start < GROUPS; start++) {
      int length = zeroRunLength(start);
      if (length > bestLength) {
        best = start;
        bestLength = length;
      }
    }
    return best;
  }

  private int zeroRunLength(int start) {
    int end = start;
    while (end < GROUPS && group(end) == 0) {
      end++;
    }
    return end - start;
  }
}
