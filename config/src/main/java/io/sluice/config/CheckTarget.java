package io.sluice.config;

import java.util.Optional;

/**
 * Where a check goes, apart from the server's own address.
 *
 * @param address a UNIX socket, or a host whose port is meaningless; empty for the server's own
 * @param port 0 for the server's own
 */
public record CheckTarget(Optional<Address> address, int port) {

  /** The server's own address and port. */
  public static final CheckTarget OWN = new CheckTarget(Optional.empty(), 0);

  /** Whether it is a UNIX socket of its own. */
  public boolean isUnix() {
    return address.isPresent() && !(address.get() instanceof Address.Tcp);
  }
}
