package io.sluice.admission;

import io.sluice.config.AddressList;
import io.sluice.config.Cidr;
import io.sluice.linux.SockAddr;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** Addresses and lists from literals. */
final class Addresses {

  private Addresses() {}

  static SockAddr of(String literal) {
    try {
      return SockAddr.inet(InetAddress.getByName(literal), 4711);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  static AddressList list(String... blocks) {
    return new AddressList(Arrays.stream(blocks).map(Cidr::parse).toList(), false);
  }
}
