package io.sluice.linux;

/**
 * An eventfd(2) that wakes a thread out of epoll_wait.
 *
 * <p>Thread rule: {@link #signal} from any thread; everything else from the thread that waits.
 */
public final class EventFd implements AutoCloseable {

  private final Syscalls syscalls;
  private final Fd fd;
  private final NativeMemory one = NativeMemory.allocate(Long.BYTES);
  private final NativeMemory count = NativeMemory.allocate(Long.BYTES);

  private EventFd(Syscalls syscalls, Fd fd) {
    this.syscalls = syscalls;
    this.fd = fd;
    one.buffer().putLong(0, 1);
  }

  /** eventfd(2), non-blocking and close-on-exec. */
  public static EventFd create(Syscalls syscalls) throws ErrnoException {
    int raw = syscalls.eventfd(0, Linux.EFD_NONBLOCK | Linux.EFD_CLOEXEC);
    return new EventFd(syscalls, new Fd(syscalls, ErrnoException.check("eventfd", raw, "")));
  }

  /** The descriptor to register for EPOLLIN. */
  public int raw() {
    return fd.raw();
  }

  /**
   * Makes the descriptor readable; does nothing once it is closed. The lock keeps a late signal
   * from writing into a descriptor number that has become somebody's connection.
   *
   * @return 0 or {@code -errno}, which only a system call filter can cause
   */
  public synchronized int signal() {
    if (!fd.isOpen()) {
      return 0;
    }
    long written;
    do {
      written = syscalls.write(fd.raw(), one.address(), Long.BYTES);
    } while (written == -Errno.EINTR);
    return outcome(written); // EAGAIN: 2^64 - 2 signals wait already.
  }

  /**
   * Takes all signals so far; call it before looking at what they announced.
   *
   * @return 0, also when there was none, or {@code -errno}
   */
  public int drain() {
    long taken;
    do {
      taken = syscalls.read(fd.raw(), count.address(), Long.BYTES);
    } while (taken == -Errno.EINTR);
    return outcome(taken);
  }

  @Override
  public synchronized void close() {
    fd.close();
  }

  private static int outcome(long result) {
    return result >= 0 || Errno.wouldBlock(result) ? 0 : (int) result;
  }
}
