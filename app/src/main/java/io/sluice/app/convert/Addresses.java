package io.sluice.app.convert;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** HAProxy's addresses (manual, section 4.2, bind; section 11) in our form. */
final class Addresses {
  /** More ports than that are a line for a person to think about. */
  private static final int PORTS_MAX = 256;

  private static final Pattern PORTS = Pattern.compile("(\\d{1,5})-(\\d{1,5})");

  private Addresses() {}

  /**
   * The addresses of a bind, which is a list with commas.
   *
   * @throws IllegalArgumentException with what cannot be carried over
   */
  static List<String> bind(String text) {
    List<String> all = new ArrayList<>();
    for (String one : text.split(",", -1)) {
      String local = local(one);
      if (local != null) {
        all.add(local);
      } else {
        all.addAll(tcp(one, true));
      }
    }
    return all;
  }

  /**
   * The address of a server.
   *
   * @throws IllegalArgumentException with what cannot be carried over
   */
  static String server(String text) {
    String local = local(text);
    return local != null ? local : tcp(text, false).get(0);
  }

  /** A UNIX address, or null. */
  private static String local(String text) {
    if (text.startsWith("/")) {
      return "unix:" + text;
    }
    if (text.startsWith("unix@")) {
      return "unix:" + text.substring("unix@".length());
    }
    if (text.startsWith("abns@")) {
      return "unix:@" + text.substring("abns@".length());
    }
    for (String scheme : List.of("fd@", "sockpair@", "udp@", "quic4@", "quic6@", "rhttp@")) {
      if (text.startsWith(scheme)) {
        throw new IllegalArgumentException("there is no " + scheme + " address");
      }
    }
    return null;
  }

  private static List<String> tcp(String text, boolean bind) {
    String address = text;
    boolean six = address.startsWith("ipv6@");
    if (six || address.startsWith("ipv4@") || address.startsWith("tcp@")) {
      address = address.substring(address.indexOf('@') + 1);
    }
    int colon = address.lastIndexOf(':');
    if (colon < 0 || colon == address.length() - 1) {
      throw new IllegalArgumentException(
          bind ? "the port is missing" : "a server needs a port of its own");
    }
    String host = host(address.substring(0, colon), six, bind);
    List<String> all = new ArrayList<>();
    for (int port : ports(address.substring(colon + 1))) {
      all.add(host + ":" + port);
    }
    return all;
  }

  /** HAProxy's * and empty host are all IPv4 addresses; ours would be all of both families. */
  private static String host(String host, boolean six, boolean bind) {
    if (host.isEmpty() || host.equals("*")) {
      if (!bind) {
        throw new IllegalArgumentException("a server needs an address of its own");
      }
      return six ? "[::]" : "0.0.0.0";
    }
    boolean bare = host.indexOf(':') >= 0 && !host.startsWith("[");
    return bare ? "[" + host + "]" : host;
  }

  private static List<Integer> ports(String text) {
    Matcher range = PORTS.matcher(text);
    int first;
    int last;
    if (range.matches()) {
      first = Integer.parseInt(range.group(1));
      last = Integer.parseInt(range.group(2));
    } else {
      String one = Values.number(text);
      if (one == null) {
        throw new IllegalArgumentException(
            "\"" + text + "\" is no port; offsets to the client's port are not offered");
      }
      first = Integer.parseInt(one);
      last = first;
    }
    if (first < 1 || last > 65535 || last < first || last - first >= PORTS_MAX) {
      throw new IllegalArgumentException("more than " + PORTS_MAX + " ports, or none, in " + text);
    }
    List<Integer> all = new ArrayList<>();
    for (int port = first; port <= last; port++) {
      all.add(port);
    }
    return all;
  }
}
