package io.sluice.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Reads the text forms of {@link Address}. Resolves no names. */
public final class AddressParser {

  /** sun_path has 108 bytes and ends with (or, abstract, begins with) a zero byte: unix(7). */
  private static final int UNIX_PATH_BYTES_MAX = 107;

  /** RFC 1035: 255 bytes on the wire are 253 characters of text. */
  private static final int HOST_LENGTH_MAX = 253;

  /** FDNAME_MAX of systemd, and what it accepts in FileDescriptorName=, systemd.socket(5). */
  private static final Pattern SOCKET_NAME = Pattern.compile("[ -9;-~]{1,255}");

  /** RFC 1035, section 4.2. */
  private static final int NAME_SERVER_PORT = 53;

  private static final String INHERITED = "systemd:";

  private static final Pattern LABELS =
      Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\\.[A-Za-z0-9_-]+)*\\.?");
  private static final Pattern NUMERIC = Pattern.compile("[0-9.]+");
  private static final Pattern OCTET = Pattern.compile("0|[1-9][0-9]{0,2}");
  private static final Pattern V6 = Pattern.compile("[0-9A-Fa-f:.]+");
  private static final Pattern ZONE = Pattern.compile("[A-Za-z0-9_.-]{1,15}");

  private AddressParser() {}

  /**
   * Reads an address to listen at, where {@code :port} (or {@code *:port}) means every address,
   * port 0 lets the kernel choose, and {@code systemd:name} is a socket that is open already.
   *
   * @throws IllegalArgumentException whose message tells the operator what to change
   */
  public static Address parseBind(String text) {
    if (text.startsWith(INHERITED)) {
      return parseInherited(text.substring(INHERITED.length()));
    }
    return parseOpened(text);
  }

  /**
   * Reads an address to connect to: it names a host and a port other than 0, or a UNIX socket.
   *
   * @throws IllegalArgumentException whose message tells the operator what to change
   */
  public static Address parseServer(String text) {
    Address address = parseOpened(text); // A server may be a host that is called systemd.
    if (address instanceof Address.Tcp tcp) {
      check(!tcp.host().isEmpty(), "a server needs a host before the port");
      check(tcp.port() != 0, "a server needs a port other than 0");
    }
    return address;
  }

  /**
   * Reads an address whose port stands elsewhere: a host, with or without the brackets of IPv6, or
   * a UNIX socket. The port of a host is 0.
   *
   * @throws IllegalArgumentException whose message tells the operator what to change
   */
  static Address parseHost(String text) {
    if (text.startsWith("unix:")) {
      return parseServer(text);
    }
    check(!text.isEmpty(), "a host or unix:/path is needed");
    boolean bare = isV6(text);
    boolean withPort = !bare && text.indexOf(':') >= 0 && !text.endsWith("]");
    check(!withPort, "the port has a key of its own: port");
    Address.Tcp tcp = (Address.Tcp) parseServer((bare ? "[" + text + "]" : text) + ":1");
    return new Address.Tcp(tcp.host(), 0);
  }

  /**
   * Reads the address of a name server, which cannot be a name itself: {@code 10.0.0.1}, {@code
   * ::1}, or with a port that is not 53, {@code 10.0.0.1:5353}, {@code [::1]:5353}.
   *
   * @throws IllegalArgumentException whose message tells the operator what to change
   */
  static Address.Tcp parseNameServer(String text) {
    String rule = "a name server is an IP address, with or without a port";
    check(!text.isEmpty() && !text.startsWith("unix:"), rule);
    boolean bare = isV4(text) || isV6(text) || text.endsWith("]");
    String whole = bare ? (isV6(text) ? "[" + text + "]" : text) + ":" + NAME_SERVER_PORT : text;
    Address.Tcp tcp = (Address.Tcp) parseServer(whole);
    check(isV4(tcp.host()) || tcp.host().indexOf(':') >= 0, rule);
    return tcp;
  }

  private static Address parseOpened(String text) {
    return text.startsWith("unix:") ? parseUnix(text.substring("unix:".length())) : parseTcp(text);
  }

  private static Address parseInherited(String name) {
    check(!name.isEmpty(), "the name of the socket is missing: systemd:NAME, from its unit");
    check(
        SOCKET_NAME.matcher(name).matches(),
        "the name of a socket has at most 255 printable ASCII characters and no colon");
    return new Address.Systemd(name);
  }

  private static Address parseUnix(String path) {
    boolean inNameSpace = path.startsWith("@");
    String name = inNameSpace ? path.substring(1) : path;
    check(!name.isEmpty(), "a UNIX address needs a path or a name: unix:/path or unix:@name");
    check(inNameSpace || name.startsWith("/"), "a UNIX path must begin with /");
    check(name.indexOf('\0') < 0, "a UNIX path cannot contain a zero byte");
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    check(
        bytes <= UNIX_PATH_BYTES_MAX,
        "a UNIX path has at most " + UNIX_PATH_BYTES_MAX + " bytes, this one has " + bytes);
    check(inNameSpace || !name.endsWith("/"), "a UNIX path cannot end with /");
    return inNameSpace ? new Address.Abstract(name) : new Address.Unix(name);
  }

  private static Address parseTcp(String text) {
    check(!text.isEmpty(), "an address is host:port, [ipv6]:port, :port or unix:/path");
    check(!text.startsWith("/"), "a UNIX path is written unix:" + text);
    if (text.startsWith("[")) {
      return parseBracketed(text);
    }
    int colon = text.lastIndexOf(':');
    if (colon >= 0 && text.indexOf(':') != colon) {
      throw new IllegalArgumentException(v6WithoutBrackets(text, colon));
    }
    check(colon >= 0, "the port is missing: " + text + ":port");
    String host = text.substring(0, colon);
    int port = port(text.substring(colon + 1));
    if (host.isEmpty() || host.equals("*")) {
      return new Address.Tcp("", port);
    }
    checkHost(host);
    return new Address.Tcp(host, port);
  }

  private static Address parseBracketed(String text) {
    int end = text.indexOf(']');
    check(end > 0, "the closing bracket is missing: [ipv6]:port");
    String host = text.substring(1, end);
    checkV6(host);
    String rest = text.substring(end + 1);
    check(!rest.isEmpty(), "the port is missing: " + text + ":port");
    check(rest.startsWith(":"), "after the bracket comes :port, not " + rest);
    return new Address.Tcp(host, port(rest.substring(1)));
  }

  private static String v6WithoutBrackets(String text, int colon) {
    String rule = "an IPv6 address needs brackets: ";
    String host = text.substring(0, colon);
    if (isV6(host)) {
      return rule + "[" + host + "]:" + text.substring(colon + 1);
    }
    return rule + (isV6(text) ? "[" + text + "]:port" : "[::1]:80");
  }

  private static int port(String text) {
    check(!text.isEmpty(), "the port is missing after the colon");
    check(
        text.chars().allMatch(c -> c >= '0' && c <= '9'),
        "port " + text + " is not a number between 0 and 65535");
    int port = text.length() > 9 ? Integer.MAX_VALUE : Integer.parseInt(text);
    check(port <= 65535, "port " + text + " is not between 0 and 65535");
    return port;
  }

  private static void checkHost(String host) {
    if (NUMERIC.matcher(host).matches()) {
      check(isV4(host), host + " is not an IPv4 address");
    }
    check(
        host.length() <= HOST_LENGTH_MAX && LABELS.matcher(host).matches(),
        host + " is not a host name");
  }

  private static void checkV6(String host) {
    int percent = host.indexOf('%');
    check(
        percent < 0 || ZONE.matcher(host.substring(percent + 1)).matches(),
        host + " needs the name of a network interface after %");
    check(isV6(percent < 0 ? host : host.substring(0, percent)), host + " is not an IPv6 address");
  }

  /** Four decimal octets; inet_aton's shorter and octal forms are a trap, not an address. */
  static boolean isV4(String host) {
    String[] octets = host.split("\\.", -1);
    if (octets.length != 4) {
      return false;
    }
    for (String octet : octets) {
      if (!OCTET.matcher(octet).matches() || Integer.parseInt(octet) > 255) {
        return false;
      }
    }
    return true;
  }

  /** Whether this is an IPv6 literal, without brackets and without a zone. */
  static boolean isV6(String host) {
    if (host.indexOf(':') < 0 || !V6.matcher(host).matches()) {
      return false;
    }
    try {
      // Text in brackets is never looked up as a name. A mapped address comes back as IPv4.
      return InetAddress.getByName("[" + host + "]") != null;
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static void check(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule);
    }
  }
}
