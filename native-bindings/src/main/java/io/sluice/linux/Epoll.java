package io.sluice.linux;

import java.nio.ByteBuffer;

/**
 * An epoll instance and the memory for its events.
 *
 * <p>Invariant: {@link #events} and {@link #data} describe the last {@link #await}. {@code data} is
 * 64 bits of the caller's and comes back unchanged; it should be an id with a generation, not a
 * descriptor, so that an event for something closed earlier in the same batch is recognised. Thread
 * rule: one thread.
 */
public final class Epoll implements AutoCloseable {

  /**
   * struct epoll_event: packed on x86-64 only, see sys/epoll.h.
   *
   * @param strideBytes size of one event
   * @param dataOffset where the 64 bits of data begin; the events are at 0
   */
  record EventLayout(int strideBytes, int dataOffset) {

    static final EventLayout NATIVE = of(System.getProperty("os.arch"));

    static EventLayout of(String arch) {
      return switch (arch) {
        case "amd64", "x86_64" -> new EventLayout(12, 4);
        default -> new EventLayout(16, 8);
      };
    }
  }

  private static final int STRIDE = EventLayout.NATIVE.strideBytes();
  private static final int DATA_OFFSET = EventLayout.NATIVE.dataOffset();

  private final Syscalls syscalls;
  private final Fd fd;
  private final int eventsMax;
  private final NativeMemory ready;
  private final NativeMemory change = NativeMemory.allocate(STRIDE);

  private Epoll(Syscalls syscalls, Fd fd, int eventsMax) {
    this.syscalls = syscalls;
    this.fd = fd;
    this.eventsMax = eventsMax;
    this.ready = NativeMemory.allocate(eventsMax * STRIDE);
  }

  /**
   * epoll_create1(2).
   *
   * @param eventsMax the most events one {@link #await} returns
   */
  public static Epoll create(Syscalls syscalls, int eventsMax) throws ErrnoException {
    int fd = ErrnoException.check("epoll_create1", syscalls.epollCreate1(Linux.EPOLL_CLOEXEC), "");
    return new Epoll(syscalls, new Fd(syscalls, fd), eventsMax);
  }

  /**
   * EPOLL_CTL_ADD. Add a connecting socket after connect(2): before, it reports EPOLLOUT|EPOLLHUP.
   *
   * @return 0 or {@code -errno}
   */
  public int add(int target, int events, long data) {
    return control(Linux.EPOLL_CTL_ADD, target, events, data);
  }

  /** EPOLL_CTL_DEL; closing a descriptor does it too. Returns 0 or {@code -errno}. */
  public int delete(int target) {
    return control(Linux.EPOLL_CTL_DEL, target, 0, 0);
  }

  /**
   * epoll_wait(2).
   *
   * @param timeoutMs in milliseconds; 0 returns at once, -1 waits for ever
   * @return the number of events, 0 after the time-out or a signal, or {@code -errno}
   */
  public int await(int timeoutMs) {
    int count = syscalls.epollWait(fd.raw(), ready.address(), eventsMax, timeoutMs);
    return count == -Errno.EINTR ? 0 : count;
  }

  /** The EPOLL* bits of event {@code index} of the last {@link #await}. */
  public int events(int index) {
    return ready.buffer().getInt(index * STRIDE);
  }

  /** The caller's data of event {@code index} of the last {@link #await}. */
  public long data(int index) {
    return ready.buffer().getLong(index * STRIDE + DATA_OFFSET);
  }

  @Override
  public void close() {
    fd.close();
  }

  private int control(int operation, int target, int events, long data) {
    ByteBuffer event = change.buffer();
    event.putInt(0, events);
    event.putLong(DATA_OFFSET, data);
    return syscalls.epollCtl(fd.raw(), operation, target, change.address());
  }
}
