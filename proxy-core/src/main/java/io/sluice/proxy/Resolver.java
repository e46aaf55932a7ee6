package io.sluice.proxy;

import io.sluice.config.Address;
import io.sluice.linux.SockAddr;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * From the address that an operator wrote to the one that the kernel takes. Start-up only: may
 * block.
 */
public final class Resolver {
  private Resolver() {}

  /**
   * The first address of a host name; the empty host is the IPv6 wildcard, which takes IPv4 too.
   *
   * @throws IOException naming {@code subject} and the host that cannot be resolved
   */
  public static SockAddr resolve(Address address, String subject) throws IOException {
    if (address instanceof Address.Unix unix) {
      return SockAddr.unixPath(unix.path());
    }
    if (address instanceof Address.Abstract named) {
      return SockAddr.unixAbstract(named.name());
    }
    if (address instanceof Address.Systemd) {
      throw new IllegalArgumentException(address + " is open already");
    }
    Address.Tcp tcp = (Address.Tcp) address;
    try {
      return SockAddr.inet(InetAddress.getByName(isWildcard(tcp) ? "::" : tcp.host()), tcp.port());
    } catch (UnknownHostException e) {
      throw new IOException(
          subject + ": host name \"" + tcp.host() + "\" cannot be resolved (" + tcp + ")", e);
    }
  }

  /** True for {@code :port}: every address of the machine, of both families. */
  static boolean isWildcard(Address address) {
    return address instanceof Address.Tcp tcp && tcp.host().isEmpty();
  }
}
