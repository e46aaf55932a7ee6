package io.sluice.linux;

import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * struct sockaddr_un, unix(7): family and up to 108 bytes of sun_path.
 *
 * <p>Invariant: {@code sunPath} is exactly what follows the family, so that names which are not
 * UTF-8 survive: empty (unnamed), a path without its closing NUL, or a NUL and an abstract name.
 */
final class UnixSockAddr extends SockAddr {

  private static final int SUN_PATH_AT = 2;
  private static final int SUN_PATH_BYTES = 108;
  private static final int NAME_BYTES_MAX = SUN_PATH_BYTES - 1;

  private final byte[] sunPath;

  private UnixSockAddr(byte[] sunPath) {
    this.sunPath = sunPath;
  }

  static SockAddr unnamed() {
    return new UnixSockAddr(new byte[0]);
  }

  static SockAddr path(String path) {
    byte[] bytes = encoded("UNIX socket path", path);
    if (bytes.length == 0 || path.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("UNIX socket path is empty or contains NUL");
    }
    return new UnixSockAddr(bytes);
  }

  static SockAddr abstractName(String name) {
    byte[] bytes = encoded("abstract UNIX socket name", name);
    byte[] sunPath = new byte[1 + bytes.length];
    System.arraycopy(bytes, 0, sunPath, 1, bytes.length);
    return new UnixSockAddr(sunPath);
  }

  static SockAddr read(ByteBuffer source, int length) {
    int size = Math.min(length - SUN_PATH_AT, SUN_PATH_BYTES);
    if (size == 0) {
      return UNNAMED;
    }
    byte[] sunPath = new byte[size];
    source.get(SUN_PATH_AT, sunPath);
    if (sunPath[0] == 0) {
      return new UnixSockAddr(sunPath);
    }
    int end = 0;
    while (end < size && sunPath[end] != 0) {
      end++;
    }
    return new UnixSockAddr(Arrays.copyOf(sunPath, end));
  }

  @Override
  public int encode(ByteBuffer target) {
    putFamily(target, Linux.AF_UNIX);
    target.put(SUN_PATH_AT, sunPath);
    int length = SUN_PATH_AT + sunPath.length;
    if (sunPath.length == 0 || isAbstract()) {
      return length;
    }
    target.put(length, (byte) 0);
    return length + 1;
  }

  @Override
  public int family() {
    return Linux.AF_UNIX;
  }

  @Override
  public int port() {
    return 0;
  }

  @Override
  public String host() {
    throw new UnsupportedOperationException("a UNIX address has no IP address: " + this);
  }

  @Override
  public long addressHigh() {
    return 0;
  }

  @Override
  public long addressLow() {
    return 0;
  }

  @Override
  public SocketAddress toJava() {
    if (isAbstract()) {
      throw new UnsupportedOperationException("Java knows no abstract UNIX sockets: " + this);
    }
    return UnixDomainSocketAddress.of(text());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof UnixSockAddr that && Arrays.equals(sunPath, that.sunPath);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sunPath);
  }

  /** unix:/path, unix:@name with further NULs shown as @ (as ss(8) does), or unix: alone. */
  @Override
  public String toString() {
    return "unix:" + text().replace('\0', '@');
  }

  private boolean isAbstract() {
    return sunPath.length > 0 && sunPath[0] == 0;
  }

  private String text() {
    return new String(sunPath, StandardCharsets.UTF_8);
  }

  private static byte[] encoded(String what, String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > NAME_BYTES_MAX) {
      throw new IllegalArgumentException(
          what
              + " of "
              + bytes.length
              + " bytes is too long, "
              + NAME_BYTES_MAX
              + " are possible: "
              + name);
    }
    return bytes;
  }
}
