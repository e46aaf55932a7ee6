package io.sluice.linux;

/**
 * Owns one file descriptor.
 *
 * <p>Invariant: the descriptor is closed exactly once, by {@link #close()}; its number is not
 * reachable afterwards, because the kernel gives it to the next connection. There is no finalizer:
 * whoever holds an {@code Fd} closes it. Thread rule: one thread, its owner's.
 */
public final class Fd implements AutoCloseable {

  private static final int CLOSED = -1;

  private final Syscalls syscalls;
  private int raw;

  /** Takes over an open descriptor. */
  public Fd(Syscalls syscalls, int raw) {
    if (raw < 0) {
      throw new IllegalArgumentException("not a descriptor: " + raw);
    }
    this.syscalls = syscalls;
    this.raw = raw;
  }

  /** The number for the next system call; must not be kept. */
  public int raw() {
    assert raw != CLOSED : "descriptor used after close";
    return raw;
  }

  /** Whether {@link #close()} has not been called yet. */
  public boolean isOpen() {
    return raw != CLOSED;
  }

  /** fcntl(2) F_GETFL: whether calls return EAGAIN instead of waiting. */
  public boolean isNonBlocking() {
    int flags = syscalls.fcntl(raw(), Linux.F_GETFL, 0);
    return flags >= 0 && (flags & Linux.O_NONBLOCK) != 0;
  }

  /** fcntl(2) F_GETFD: whether a child process does not inherit the descriptor. */
  public boolean isCloseOnExec() {
    int flags = syscalls.fcntl(raw(), Linux.F_GETFD, 0);
    return flags >= 0 && (flags & Linux.FD_CLOEXEC) != 0;
  }

  /**
   * Makes an inherited descriptor non-blocking and close-on-exec; our own ones are born so.
   *
   * @return 0 or {@code -errno}
   */
  public int adopt() {
    int status = syscalls.fcntl(raw(), Linux.F_GETFL, 0);
    if (status < 0) {
      return status;
    }
    int result = syscalls.fcntl(raw(), Linux.F_SETFL, status | Linux.O_NONBLOCK);
    return result < 0 ? result : syscalls.fcntl(raw(), Linux.F_SETFD, Linux.FD_CLOEXEC);
  }

  /**
   * close(2), once; later calls do nothing. Not retried after EINTR: Linux has released the number
   * by then, and a second close could hit another connection's descriptor.
   */
  @Override
  public void close() {
    if (raw != CLOSED) {
      int closing = raw;
      raw = CLOSED;
      syscalls.close(closing);
    }
  }

  @Override
  public String toString() {
    return raw == CLOSED ? "fd closed" : "fd " + raw;
  }
}
