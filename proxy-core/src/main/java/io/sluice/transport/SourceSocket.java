package io.sluice.transport;

import io.sluice.config.SourceAddress;
import io.sluice.linux.Errno;
import io.sluice.linux.Linux;
import io.sluice.linux.SockAddr;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Where a connection to a server comes from, as an address, and words for one that cannot come from
 * there. Any thread.
 */
public final class SourceSocket {

  private SourceSocket() {}

  /** Whether source and target are of one family, where the source has an address. */
  public static boolean fits(SourceAddress source, SockAddr target) {
    return source.address().isEmpty()
        || target.isUnix()
        || literal(source.address()).getAddress().length == bytes(target);
  }

  /** The address to bind to before connecting to {@code target}. */
  public static SockAddr address(SourceAddress source, SockAddr target, int port) {
    InetAddress address =
        source.address().isEmpty() ? wildcard(bytes(target)) : literal(source.address());
    return SockAddr.inet(address, port);
  }

  /** The exception for a source that cannot be had, with what to do about it. */
  public static IOException failure(SourceAddress source, SockAddr target, int errno) {
    String reason = Errno.text(errno) + " (" + Errno.name(errno) + ")";
    return new IOException(
        "cannot connect to " + target + " from " + source + ": " + reason + advice(source, errno));
  }

  private static String advice(SourceAddress source, int errno) {
    return switch (errno) {
      case Errno.EADDRNOTAVAIL ->
          source.firstPort() > 0
              ? "; no interface of this host has the address, or all its ports are in use"
              : "; no interface of this host has the address";
      case Errno.EAFNOSUPPORT -> "; the source and the server need to be both IPv4 or both IPv6";
      case Errno.EPERM ->
          source.transparent()
              ? "; transparent needs CAP_NET_ADMIN or CAP_NET_RAW"
              : "; another interface needs CAP_NET_RAW";
      case Errno.EACCES -> "; ports below 1024 need CAP_NET_BIND_SERVICE";
      case Errno.ENODEV -> "; there is no interface of this name";
      default -> "";
    };
  }

  private static int bytes(SockAddr target) {
    return target.family() == Linux.AF_INET6 ? 16 : 4;
  }

  private static InetAddress literal(String address) {
    try {
      // Text in brackets is never looked up as a name.
      return InetAddress.getByName(address.indexOf(':') < 0 ? address : "[" + address + "]");
    } catch (UnknownHostException e) {
      throw new AssertionError(address + " was found to be an address", e);
    }
  }

  private static InetAddress wildcard(int bytes) {
    try {
      return InetAddress.getByAddress(new byte[bytes]);
    } catch (UnknownHostException e) {
      throw new AssertionError("bytes of the right number are an address", e);
    }
  }
}
