package io.sluice.linux;

import java.io.IOException;

/**
 * A system call failed while something was being set up, told so that an operator can act on it:
 * {@code bind 0.0.0.0:443: Address already in use (EADDRINUSE)}.
 *
 * <p>Expected outcomes on the data path are values, never this exception.
 */
public final class ErrnoException extends IOException {

  private static final long serialVersionUID = 1L;

  private final int errno;

  /** The failed call without an object worth naming. */
  public ErrnoException(String call, int errno) {
    this(call, errno, "");
  }

  /**
   * The failed call.
   *
   * @param call the C name, such as {@code bind}
   * @param errno positive, from {@link Errno}
   * @param object what the call was about, such as an address; may be empty
   */
  public ErrnoException(String call, int errno, String object) {
    super(message(call, errno, object));
    this.errno = errno;
  }

  /** Returns {@code result} unless it is an error; for calls whose failure ends the set-up. */
  public static int check(String call, int result, String object) throws ErrnoException {
    if (result < 0) {
      throw new ErrnoException(call, -result, object);
    }
    return result;
  }

  /** The positive error number. */
  public int errno() {
    return errno;
  }

  private static String message(String call, int errno, String object) {
    String subject = object.isEmpty() ? call : call + " " + object;
    return subject + ": " + Errno.text(errno) + " (" + Errno.name(errno) + ")";
  }
}
