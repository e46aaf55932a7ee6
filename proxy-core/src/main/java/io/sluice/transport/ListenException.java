package io.sluice.transport;

import io.sluice.linux.Errno;
import io.sluice.linux.SockAddr;
import java.io.IOException;

/** bind(2) or listen(2) was refused: which address, why, and what to do about it. */
public final class ListenException extends IOException {
  private static final long serialVersionUID = 1L;

  /** {@code errno} as {@link Errno} numbers it. */
  public ListenException(SockAddr address, int errno) {
    super(
        "cannot listen on "
            + address
            + ": "
            + Errno.text(errno)
            + " ("
            + Errno.name(errno)
            + ")"
            + advice(errno));
  }

  private static String advice(int errno) {
    return switch (errno) {
      case Errno.EADDRINUSE ->
          "; another socket listens there: stop it (ss -ltnp shows which) or choose another port";
      case Errno.EACCES ->
          "; ports below net.ipv4.ip_unprivileged_port_start need CAP_NET_BIND_SERVICE, a UNIX path"
              + " needs write access to its directory";
      case Errno.EADDRNOTAVAIL ->
          "; no interface of this machine has that address (ip address shows them)";
      case Errno.ENOENT -> "; the directory of the path does not exist";
      default -> "";
    };
  }
}
