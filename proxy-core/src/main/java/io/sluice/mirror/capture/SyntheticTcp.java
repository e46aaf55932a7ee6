package io.sluice.mirror.capture;

import io.sluice.linux.SockAddr;
import io.sluice.mirror.MirroredSession;
import io.sluice.transport.Direction;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The headers of packets that could have carried a session: between the client and the address that
 * it connected to, IPv4 (RFC 791) or IPv6 (RFC 8200), TCP (RFC 9293).
 *
 * <p>Invariant: {@code next} is what each side sends next and {@code acknowledged} what the other
 * one has acknowledged of it, counted from its initial sequence number without wrapping; only the
 * low 32 bits of their sum are in a packet. Every packet acknowledges all that its sender has got.
 *
 * <p>The checksum of a TCP header covers the payload, which never passes through user space. So it
 * holds the sum over the pseudo header alone, as in any capture made where the network card does
 * the rest. Wireshark does not look at TCP checksums unless it is told to (tcp.check_checksum);
 * then it calls these wrong.
 *
 * <p>A UNIX socket has no such addresses: the client gets one of 127/8 and a port that no other
 * session of this capture has, the server 127.0.0.1 and a port that stands for its path.
 */
final class SyntheticTcp {

  /** The most payload that fits into an IPv4 packet with these headers, in bytes. */
  static final int PAYLOAD_BYTES_MAX = 65_535 - 20 - 20;

  /** IPv6 and a TCP header with its options, in bytes. */
  static final int HEADER_BYTES_MAX = 40 + 28;

  static final int FIN = 0x01;
  static final int SYN = 0x02;
  static final int RST = 0x04;
  static final int PSH = 0x08;
  static final int ACK = 0x10;

  /** A quiet side acknowledges when this much would be on its way, well within its window. */
  private static final long UNACKNOWLEDGED_BYTES_MAX = 1 << 20;

  private static final int WINDOW = 0xFFFF;
  private static final int WINDOW_SHIFT = 7;
  private static final int IPV4_BYTES = 20;
  private static final int TCP_BYTES = 20;
  private static final int SYN_OPTION_BYTES = 8;
  private static final int DONT_FRAGMENT = 0x4000;
  private static final int HOPS = 64;
  private static final int TCP = 6;

  private static final int UNIX_PORT_MIN = 1024;
  private static final int UNIX_PORTS = 60_000;

  private final byte[] client;
  private final byte[] server;
  private final int clientPort;
  private final int serverPort;
  private final int clientStart;
  private final int serverStart;
  private final long[] next = new long[Direction.values().length];
  private final long[] acknowledged = new long[Direction.values().length];
  private final long[] nextBefore = new long[next.length];
  private final long[] acknowledgedBefore = new long[next.length];
  private int packets;

  /** {@code unixSession} is different for each session with UNIX addresses of one capture. */
  static SyntheticTcp of(MirroredSession session, int unixSession) {
    SplittableRandom random = new SplittableRandom(session.id().hashCode());
    return new SyntheticTcp(session, unixSession, random.nextInt(), random.nextInt());
  }

  SyntheticTcp(MirroredSession session, int unixSession, int clientStart, int serverStart) {
    this.clientStart = clientStart;
    this.serverStart = serverStart;
    SockAddr from = session.client().unmapped();
    SockAddr to = session.clientLocal().unmapped();
    if (from.isUnix() || to.isUnix()) {
      int block = unixSession / UNIX_PORTS + 1;
      client = new byte[] {127, (byte) (1 + block / 256 % 128), (byte) block, 1};
      clientPort = UNIX_PORT_MIN + unixSession % UNIX_PORTS;
      server = new byte[] {127, 0, 0, 1};
      serverPort = UNIX_PORT_MIN + Math.floorMod(to.toString().hashCode(), UNIX_PORTS);
      return;
    }
    byte[] source = bytes(from);
    byte[] target = bytes(to);
    boolean mixed = source.length != target.length;
    client = mixed ? mapped(source) : source;
    server = mixed ? mapped(target) : target;
    clientPort = from.port();
    serverPort = to.port();
  }

  private static byte[] bytes(SockAddr address) {
    return ((InetSocketAddress) address.toJava()).getAddress().getAddress();
  }

  /** An IPv4 address as IPv6 writes it; an IPv6 address as it is. */
  private static byte[] mapped(byte[] address) {
    if (address.length == 16) {
      return address;
    }
    byte[] mapped = new byte[16];
    Arrays.fill(mapped, 10, 12, (byte) 0xFF);
    System.arraycopy(address, 0, mapped, 12, address.length);
    return mapped;
  }

  /** Bytes that the sender of {@code direction} has sent and the other side not acknowledged. */
  long unacknowledged(Direction direction) {
    return next[direction.ordinal()] - acknowledged[direction.ordinal()];
  }

  /** Whether the other side should acknowledge before {@code bytes} more are sent. */
  boolean isAckDue(Direction direction, int bytes) {
    return unacknowledged(direction) > 0
        && unacknowledged(direction) + bytes > UNACKNOWLEDGED_BYTES_MAX;
  }

  /**
   * Appends the headers of the next packet that is sent in {@code direction}.
   *
   * @param flags of the TCP header
   * @param payloadBytes how many bytes of payload follow, at most {@link #PAYLOAD_BYTES_MAX}
   */
  void putHeaders(ByteBuffer out, Direction direction, int flags, int payloadBytes) {
    assert payloadBytes <= PAYLOAD_BYTES_MAX : payloadBytes + " bytes in one packet";
    boolean toServer = direction == Direction.TO_SERVER;
    byte[] source = toServer ? client : server;
    byte[] target = toServer ? server : client;
    int options = (flags & SYN) != 0 ? SYN_OPTION_BYTES : 0;
    int tcpBytes = TCP_BYTES + options + payloadBytes;
    ByteOrder before = out.order();
    out.order(ByteOrder.BIG_ENDIAN);
    if (source.length == 4) {
      putIpv4(out, source, target, tcpBytes);
    } else {
      out.putInt(6 << 28).putShort((short) tcpBytes).put((byte) TCP).put((byte) HOPS);
      out.put(source).put(target);
    }
    out.putShort((short) (toServer ? clientPort : serverPort));
    out.putShort((short) (toServer ? serverPort : clientPort));
    putNumbers(out, direction, flags);
    out.put((byte) ((TCP_BYTES + options) << 2)).put((byte) flags).putShort((short) WINDOW);
    out.putShort((short) folded(sum(source) + sum(target) + TCP + tcpBytes));
    out.putShort((short) 0);
    if (options > 0) {
      out.put((byte) 2).put((byte) 4).putShort((short) PAYLOAD_BYTES_MAX);
      out.put((byte) 1).put((byte) 3).put((byte) 3).put((byte) WINDOW_SHIFT);
    }
    out.order(before);
    count(direction, flags, payloadBytes);
  }

  private void putNumbers(ByteBuffer out, Direction direction, int flags) {
    boolean toServer = direction == Direction.TO_SERVER;
    int start = toServer ? clientStart : serverStart;
    int otherStart = toServer ? serverStart : clientStart;
    out.putInt(start + (int) next[direction.ordinal()]);
    long got = next[other(direction).ordinal()];
    out.putInt((flags & ACK) == 0 ? 0 : otherStart + (int) got);
  }

  private void count(Direction direction, int flags, int payloadBytes) {
    System.arraycopy(next, 0, nextBefore, 0, next.length);
    System.arraycopy(acknowledged, 0, acknowledgedBefore, 0, next.length);
    int other = other(direction).ordinal();
    if ((flags & ACK) != 0) {
      acknowledged[other] = next[other];
    }
    next[direction.ordinal()] += payloadBytes + ((flags & (SYN | FIN)) != 0 ? 1 : 0);
    packets++;
  }

  /** The last packet has not been sent after all. */
  void takeBack() {
    System.arraycopy(nextBefore, 0, next, 0, next.length);
    System.arraycopy(acknowledgedBefore, 0, acknowledged, 0, next.length);
  }

  private void putIpv4(ByteBuffer out, byte[] source, byte[] target, int tcpBytes) {
    int start = out.position();
    out.put((byte) 0x45).put((byte) 0).putShort((short) (IPV4_BYTES + tcpBytes));
    out.putShort((short) packets).putShort((short) DONT_FRAGMENT);
    out.put((byte) HOPS).put((byte) TCP).putShort((short) 0);
    out.put(source).put(target);
    int sum = 0;
    for (int at = start; at < start + IPV4_BYTES; at += Short.BYTES) {
      sum += out.getShort(at) & 0xFFFF;
    }
    out.putShort(start + 10, (short) ~folded(sum));
  }

  static Direction other(Direction direction) {
    return direction == Direction.TO_SERVER ? Direction.TO_CLIENT : Direction.TO_SERVER;
  }

  private static int sum(byte[] address) {
    int sum = 0;
    for (int i = 0; i < address.length; i += 2) {
      sum += ((address[i] & 0xFF) << 8) + (address[i + 1] & 0xFF);
    }
    return sum;
  }

  /** The one's complement sum of RFC 1071. */
  private static int folded(int sum) {
    int folded = sum;
    while (folded >>> 16 != 0) {
      folded = (folded & 0xFFFF) + (folded >>> 16);
    }
    return folded;
  }
}
