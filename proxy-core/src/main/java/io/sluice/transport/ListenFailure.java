package io.sluice.transport;

import io.sluice.linux.Errno;
import io.sluice.linux.ErrnoException;
import io.sluice.linux.SockAddr;
import java.io.IOException;

/**
 * Words for a listening socket that could not be made: the address, the reason, and what an
 * operator can do about it. Both transports speak through it, so that both say the same.
 *
 * <p>Reasons: bind(2), ip(7), unix(7).
 */
public final class ListenFailure {

  private static final int PRIVILEGED_PORTS = 1024;

  private ListenFailure() {}

  /**
   * The exception, caused by an {@link ErrnoException}, for a positive error number from bind or
   * listen at {@code address}.
   */
  public static IOException of(SockAddr address, int errno) {
    String reason = Errno.text(errno) + " (" + Errno.name(errno) + ")" + advice(address, errno);
    IOException failure = of(address, reason);
    failure.initCause(new ErrnoException("bind", errno, address.toString()));
    return failure;
  }

  /** The exception for a reason that is not an error number. */
  public static IOException of(SockAddr address, String reason) {
    return new IOException("cannot listen on " + address + ": " + reason);
  }

  private static String advice(SockAddr address, int errno) {
    return switch (errno) {
      case Errno.EADDRINUSE ->
          address.isUnix()
              ? "; the path exists: remove it, or stop the process that uses it"
              : "; another process or another bind has this address: 'ss -ltnp' shows which";
      case Errno.EACCES -> denied(address);
      case Errno.EADDRNOTAVAIL ->
          "; no interface of this host has this address: add it to one, or correct the bind";
      case Errno.ENOENT -> "; create the directory of the socket first";
      case Errno.EAFNOSUPPORT -> "; the address family is switched off on this host";
      default -> "";
    };
  }

  private static String denied(SockAddr address) {
    if (address.isUnix()) {
      return "; the user of this process must be allowed to write to the socket's directory";
    }
    return address.port() < PRIVILEGED_PORTS
        ? "; ports below 1024 need CAP_NET_BIND_SERVICE, or a socket handed over by systemd"
        : "; a security policy of this host forbids this port";
  }
}
