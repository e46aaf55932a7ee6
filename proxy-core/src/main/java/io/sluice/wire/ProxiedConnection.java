package io.sluice.wire;

import io.sluice.linux.SockAddr;
import io.sluice.wire.ProxyHeader.Tlv;
import java.util.List;

/**
 * What a PROXY header says of the connection that it stands at the beginning of.
 *
 * @param source the client's address; null where the connection's own addresses hold: for LOCAL,
 *     for version 1's UNKNOWN, and for families that are not TCP or UNIX streams. An IPv4 address
 *     that came mapped into IPv6 is given as IPv4
 * @param destination the address that the client connected to; null exactly where {@code source} is
 * @param local whether the sender speaks for itself (a health check) and not for a client
 * @param tlvs the values behind the addresses in their order, without padding (NOOP) and checksum
 *     (CRC32C), so that they can be passed on as they are
 * @param headerBytes the length of the header: what has to be taken off before the payload
 */
public record ProxiedConnection(
    SockAddr source, SockAddr destination, boolean local, List<Tlv> tlvs, int headerBytes) {

  public ProxiedConnection {
    if ((source == null) != (destination == null)) {
      throw new IllegalArgumentException("one address without the other");
    }
    tlvs = List.copyOf(tlvs);
  }

  /** A header that leaves the connection's own addresses in force. */
  static ProxiedConnection unaddressed(boolean local, List<Tlv> tlvs, int headerBytes) {
    return new ProxiedConnection(null, null, local, tlvs, headerBytes);
  }
}
