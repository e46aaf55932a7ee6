package io.sluice.transport.nio;

import io.sluice.linux.Errno;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.nio.channels.ClosedChannelException;
import java.util.List;

/**
 * The error number behind an exception of the JDK's channels, as {@code -errno}.
 *
 * <p>The JDK keeps only the text of strerror(3), so the text is what there is to look at; a text of
 * another language falls back to what the exception's class, then the operation, makes likely.
 */
final class ExceptionErrno {

  private record Known(String text, int errno) {}

  /** The first one contained in the message counts. */
  private static final List<Known> KNOWN =
      List.of(
          new Known("Connection reset", Errno.ECONNRESET),
          new Known("Broken pipe", Errno.EPIPE),
          new Known("Connection refused", Errno.ECONNREFUSED),
          // A UNIX socket whose queue is full: connect(2) in unix(7).
          new Known("temporarily unavailable", Errno.EAGAIN),
          new Known("timed out", Errno.ETIMEDOUT),
          new Known("No route to host", Errno.EHOSTUNREACH),
          new Known("Host is down", Errno.EHOSTDOWN),
          new Known("Network is unreachable", Errno.ENETUNREACH),
          new Known("Network is down", Errno.ENETDOWN),
          new Known("Too many open files in system", Errno.ENFILE),
          new Known("Too many open files", Errno.EMFILE),
          new Known("No buffer space", Errno.ENOBUFS),
          new Known("Cannot allocate memory", Errno.ENOMEM),
          new Known("assign requested address", Errno.EADDRNOTAVAIL),
          new Known("Address already in use", Errno.EADDRINUSE),
          new Known("Permission denied", Errno.EACCES),
          new Known("Operation not permitted", Errno.EPERM),
          new Known("No such file or directory", Errno.ENOENT),
          new Known("Not a directory", Errno.ENOTDIR),
          new Known("Read-only file system", Errno.EROFS),
          new Known("Software caused connection abort", Errno.ECONNABORTED),
          new Known("not connected", Errno.ENOTCONN),
          new Known("Invalid argument", Errno.EINVAL),
          new Known("Protocol error", Errno.EPROTO));

  private ExceptionErrno() {}

  /**
   * Loads this class: from a directory that takes a descriptor, and they may have run out later.
   */
  static void load() {}

  static int ofRead(IOException failure) {
    return of(failure, Errno.ECONNRESET);
  }

  static int ofWrite(IOException failure) {
    return of(failure, Errno.EPIPE);
  }

  static int ofConnect(IOException failure) {
    return of(failure, failure instanceof ConnectException ? Errno.ECONNREFUSED : Errno.EIO);
  }

  static int ofAccept(IOException failure) {
    return of(failure, Errno.EIO);
  }

  static int ofBind(IOException failure) {
    return of(failure, Errno.EIO);
  }

  private static int of(IOException failure, int otherwise) {
    if (failure instanceof ClosedChannelException) {
      return -Errno.EBADF;
    }
    String message = failure.getMessage();
    if (message != null) {
      for (Known known : KNOWN) {
        if (message.contains(known.text)) {
          return -known.errno;
        }
      }
    }
    return failure instanceof NoRouteToHostException ? -Errno.EHOSTUNREACH : -otherwise;
  }
}
