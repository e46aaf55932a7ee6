package io.sluice.config;

import java.time.Duration;

/**
 * Options of listening sockets.
 *
 * @param backlog listen(2) backlog, capped by net.core.somaxconn
 * @param deferAccept TCP_DEFER_ACCEPT: wake up only when data has arrived; zero means off
 * @param fastOpen TCP_FASTOPEN queue length; 0 means off
 * @param v6only IPV6_V6ONLY for IPv6 binds
 * @param unixFile who may connect to UNIX sockets in the file system
 */
public record ListenOptions(
    int backlog, Duration deferAccept, int fastOpen, boolean v6only, UnixFile unixFile) {

  /** Without anything for UNIX sockets. */
  public ListenOptions(int backlog, Duration deferAccept, int fastOpen, boolean v6only) {
    this(backlog, deferAccept, fastOpen, v6only, UnixFile.AS_BOUND);
  }
}
