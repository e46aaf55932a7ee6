package io.sluice.config;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;

/** Tells whether the kernel would refuse two listening addresses beside each other. */
final class BindOverlap {

  private enum Family {
    V4,
    V6,
    UNKNOWN
  }

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
