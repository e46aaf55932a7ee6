package io.sluice.health;

import io.sluice.backend.Server;
import io.sluice.linux.SockAddr;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.Supplier;

/** Where a check goes: the server's address as it is now, or parts of it replaced. */
record CheckAddress(Server server, Optional<SockAddr> host, int port)
    implements Supplier<SockAddr> {

  @Override
  public SockAddr get() {
    SockAddr base = host.orElseGet(server::address);
    if (base.isUnix()) {
      return base;
    }
    int wanted = port > 0 ? port : server.address().port();
    return wanted == base.port()
        ? base
        : SockAddr.inet(((InetSocketAddress) base.toJava()).getAddress(), wanted);
  }

  /** Whether it is the server's own. */
  boolean isOwn() {
    return host.isEmpty() && port == 0;
  }

  /** For the Host header: the address as a URL has it. */
  String inUrl() {
    SockAddr address = get();
    return address.isUnix() ? "localhost" : address.toString();
  }
}
