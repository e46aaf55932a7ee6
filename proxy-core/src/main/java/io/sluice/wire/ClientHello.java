package io.sluice.wire;

import java.util.List;

/**
 * What the first message of a TLS connection tells in the clear about where it wants to go.
 *
 * @param serverName the name of the server_name extension (RFC 6066, section 3) in lower case and
 *     without a dot at its end; null without one. With Encrypted Client Hello it is the outer name
 * @param alpn the protocols that the client offers (RFC 7301), best first; bytes outside ASCII are
 *     given as ISO 8859-1
 */
public record ClientHello(String serverName, List<String> alpn) {

  public ClientHello {
    alpn = List.copyOf(alpn);
  }
}
