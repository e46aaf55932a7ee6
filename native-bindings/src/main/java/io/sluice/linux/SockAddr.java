package io.sluice.linux;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A socket address as the kernel knows it: IPv4, IPv6, or UNIX (path, abstract name, unnamed).
 *
 * <p>Immutable plain Java, usable by any thread and without native code. Small, because each
 * session holds some: an IPv4 address is two ints, an IPv6 address two longs and two ints.
 *
 * <p>Layouts: ip(7), ipv6(7), unix(7). Two addresses are equal when their encodings are.
 */
public abstract sealed class SockAddr permits Inet4SockAddr, Inet6SockAddr, UnixSockAddr {

  /** sizeof(struct sockaddr_storage): room for any address, in bytes. */
  public static final int MAX_LENGTH = 128;

  /** The UNIX address without a name, which connecting clients have. */
  // No deadlock: the subclasses are hidden, and every way to them first initializes this class.
  @SuppressWarnings("ClassInitializationDeadlock")
  public static final SockAddr UNNAMED = UnixSockAddr.unnamed();

  private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

  SockAddr() {}

  /** An IPv4 or IPv6 address, with its scope id; {@code port} from 0 to 65535. */
  public static SockAddr inet(InetAddress address, int port) {
    if (port < 0 || port > 0xFFFF) {
      throw new IllegalArgumentException("port must be 0 to 65535, not " + port);
    }
    return address.getAddress().length == Inet4SockAddr.ADDRESS_BYTES
        ? Inet4SockAddr.of(address, port)
        : Inet6SockAddr.of(address, port);
  }

  /**
   * A UNIX socket in the file system.
   *
   * @throws IllegalArgumentException when the path is empty, contains NUL, or is longer than 107
   *     bytes in UTF-8 (the kernel would refuse it with a bare EINVAL)
   */
  public static SockAddr unixPath(String path) {
    return UnixSockAddr.path(path);
  }

  /**
   * A UNIX socket in the abstract name space; {@code name} without the leading NUL.
   *
   * @throws IllegalArgumentException when the name is longer than 107 bytes in UTF-8
   */
  public static SockAddr unixAbstract(String name) {
    return UnixSockAddr.abstractName(name);
  }

  /**
   * The address that the kernel stored at index 0 of {@code source}.
   *
   * @param length what the kernel stored as the length; 0 to 2 is an unnamed UNIX address
   * @throws IllegalArgumentException for another family, or a length too short for its family
   */
  public static SockAddr decode(ByteBuffer source, int length) {
    if (length < Short.BYTES) {
      return UNNAMED;
    }
    int family = family(source);
    return switch (family) {
      case Linux.AF_INET -> Inet4SockAddr.read(source, length);
      case Linux.AF_INET6 -> Inet6SockAddr.read(source, length);
      case Linux.AF_UNIX -> UnixSockAddr.read(source, length);
      default -> throw new IllegalArgumentException("unknown address family " + family);
    };
  }

  /**
   * The address of Java's own channels.
   *
   * @throws IllegalArgumentException for an unresolved or unknown address
   */
  public static SockAddr fromJava(SocketAddress address) {
    if (address instanceof InetSocketAddress inet && !inet.isUnresolved()) {
      return inet(inet.getAddress(), inet.getPort());
    }
    if (address instanceof UnixDomainSocketAddress unix) {
      String path = unix.getPath().toString();
      return path.isEmpty() ? UNNAMED : unixPath(path);
    }
    throw new IllegalArgumentException("not a resolved socket address: " + address);
  }

  /**
   * Writes the kernel's form at index 0 of {@code target}, position and byte order untouched.
   *
   * @return the length in bytes, at most {@link #MAX_LENGTH}
   */
  public abstract int encode(ByteBuffer target);

  /** AF_INET, AF_INET6 or AF_UNIX. */
  public abstract int family();

  /** The port; 0 for a UNIX address. */
  public abstract int port();

  /**
   * The IP address in text without port, brackets and scope, IPv6 as RFC 5952 writes it.
   *
   * @throws UnsupportedOperationException for a UNIX address
   */
  public abstract String host();

  /**
   * The upper half of the IP address as IPv6 writes it, in network order; an IPv4 address is {@code
   * ::ffff:a.b.c.d} here, so that both ways to write one client are alike. 0 for a UNIX address.
   */
  public abstract long addressHigh();

  /** The lower half, in the same sense. */
  public abstract long addressLow();

  /** Whether the family is AF_UNIX. */
  public final boolean isUnix() {
    return family() == Linux.AF_UNIX;
  }

  /**
   * The IPv4 address inside {@code ::ffff:a.b.c.d}, which is how a dual-stack listener sees IPv4
   * clients; otherwise this address itself.
   */
  public SockAddr unmapped() {
    return this;
  }

  /**
   * The same address for Java's own channels.
   *
   * @throws UnsupportedOperationException for an abstract name, which Java cannot express
   */
  public abstract SocketAddress toJava();

  static void putFamily(ByteBuffer target, int family) {
    target.put(0, (byte) (LITTLE_ENDIAN ? family : family >>> 8));
    target.put(1, (byte) (LITTLE_ENDIAN ? family >>> 8 : family));
  }

  private static int family(ByteBuffer source) {
    int first = source.get(0) & 0xFF;
    int second = source.get(1) & 0xFF;
    return LITTLE_ENDIAN ? first | second << 8 : first << 8 | second;
  }

  static void putNetwork(ByteBuffer target, int index, long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      target.put(index + i, (byte) (value >>> (8 * (bytes - 1 - i))));
    }
  }

  static long getNetwork(ByteBuffer source, int index, int bytes) {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value = value << 8 | (source.get(index + i) & 0xFF);
    }
    return value;
  }

  static void requireLength(String family, int length, int needed) {
    if (length < needed) {
      throw new IllegalArgumentException(
          family + " address of " + length + " bytes, needs " + needed);
    }
  }
}
