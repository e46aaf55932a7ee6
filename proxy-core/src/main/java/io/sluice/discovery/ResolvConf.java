package io.sluice.discovery;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.xbill.DNS.Address;

/** The name servers of resolv.conf(5). */
final class ResolvConf {
  static final Path FILE = Path.of("/etc/resolv.conf");

  private static final int PORT = 53;
  private static final Pattern LINE = Pattern.compile("\\s*nameserver\\s+(\\S+).*");

  /** What Java never takes for a host name, valid or not. */
  private static final Pattern IPV6 =
      Pattern.compile("(?=[^%]*:)[0-9A-Fa-f:][0-9A-Fa-f:.]*(%\\S+)?");

  private ResolvConf() {}

  /** Those of {@code file}; the one on this host where it names none or is not there. */
  static List<InetSocketAddress> nameServers(Path file) {
    List<InetSocketAddress> servers = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(file)) {
        Matcher named = LINE.matcher(line);
        if (named.matches()) {
          add(servers, named.group(1));
        }
      }
    } catch (IOException e) {
      // As the C library does it: then there is nothing in it.
    }
    return servers.isEmpty()
        ? List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), PORT))
        : servers;
  }

  /** Others would be looked up, by these very name servers. */
  static boolean isLiteral(String host) {
    return Address.isDottedQuad(host) || IPV6.matcher(host).matches();
  }

  private static void add(List<InetSocketAddress> servers, String host) {
    if (!isLiteral(host)) {
      return;
    }
    try {
      servers.add(new InetSocketAddress(InetAddress.getByName(host), PORT));
    } catch (UnknownHostException e) {
      // A line that cannot be used is no line: resolv.conf(5) says nothing of errors.
    }
  }
}
