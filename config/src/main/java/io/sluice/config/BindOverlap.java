package io.sluice.config;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;

/**
 * Tells whether the kernel would refuse two listening addresses beside each other, and whether a
 * connection ends at one.
 */
final class BindOverlap {

  private enum Family {
    V4,
    V6,
    UNKNOWN
  }

  private static final List<String> LOCALHOST = List.of("127.0.0.1", "::1");

  private BindOverlap() {}

  /**
   * Whether both claim the same address. Names are not resolved: a name overlaps itself and {@code
   * :port} only.
   *
   * @param aV6only IPV6_V6ONLY of {@code a}: its {@code [::]} leaves IPv4 alone
   */
  static boolean overlap(Address a, boolean aV6only, Address b, boolean bV6only) {
    if (!(a instanceof Address.Tcp left) || !(b instanceof Address.Tcp right)) {
      return a.equals(b);
    }
    if (left.port() != right.port() || left.port() == 0) {
      return false;
    }
    String leftHost = normal(left.host());
    String rightHost = normal(right.host());
    return leftHost.equals(rightHost)
        || covers(leftHost, aV6only, rightHost)
        || covers(rightHost, bV6only, leftHost);
  }

  /**
   * Whether a connection to {@code target} arrives at {@code bind}, as far as that can be told
   * without resolving names: a name other than localhost reaches only its equal.
   */
  static boolean reaches(Address target, Address bind, boolean v6only) {
    if (!(target instanceof Address.Tcp to) || !(bind instanceof Address.Tcp at)) {
      return target.equals(bind);
    }
    for (String host : loopback(to.host())) {
      for (String own : normal(at.host()).equals("localhost") ? LOCALHOST : List.of(at.host())) {
        boolean same = normal(host).equals(normal(own));
        if (overlap(new Address.Tcp(host, to.port()), true, new Address.Tcp(own, at.port()), v6only)
            && (same || isLocal(host))) {
          return true;
        }
      }
    }
    return false;
  }

  /** Linux takes a connection to the wildcard address for one to itself. */
  private static List<String> loopback(String host) {
    return switch (normal(host)) {
      case "localhost" -> LOCALHOST;
      case "0.0.0.0" -> LOCALHOST.subList(0, 1);
      case "::" -> LOCALHOST.subList(1, 2);
      default -> List.of(host);
    };
  }

  /** Whether this is a literal that belongs to this machine. */
  private static boolean isLocal(String host) {
    if (family(host) == Family.UNKNOWN) {
      return false;
    }
    try {
      InetAddress address = InetAddress.getByName(host);
      return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
    } catch (IOException e) {
      return false; // A zone that is no interface here.
    }
  }

  private static boolean covers(String wildcard, boolean v6only, String host) {
    Family family = family(host);
    return switch (wildcard) {
      case "" -> true;
      case "0.0.0.0" -> family == Family.V4;
      case "::" -> family == Family.V6 || (family == Family.V4 && !v6only);
      default -> false;
    };
  }

  private static Family family(String host) {
    if (AddressParser.isV4(host)) {
      return Family.V4;
    }
    return host.indexOf(':') >= 0 ? Family.V6 : Family.UNKNOWN;
  }

  /** One spelling for each address: IPv6 has many, and a mapped IPv4 address is an IPv4 address. */
  private static String normal(String host) {
    if (!AddressParser.isV6(host)) {
      return host.toLowerCase(Locale.ROOT);
    }
    try {
      InetAddress address = InetAddress.getByName("[" + host + "]");
      String text = address.getHostAddress();
      if (address instanceof Inet4Address) {
        return text;
      }
      return address.isAnyLocalAddress() ? "::" : text;
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(host, e); // isV6 has parsed it.
    }
  }
}
