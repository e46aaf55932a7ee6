package io.sluice.linux;

import com.kenai.jffi.MemoryIO;
import java.util.HashMap;
import java.util.Map;

/**
 * What is registered in which epoll instance, learnt from the calls that pass through, so that an
 * edge can be produced again.
 *
 * <p>Invariant: epoll_ctl, close and re-arming exclude each other; a descriptor number that was
 * closed and given out again is never re-armed with what its predecessor had registered.
 */
final class EpollRegistrations {

  private record Registration(int epfd, int fd) {}

  private record Interest(int events, long data) {}

  private static final Epoll.EventLayout LAYOUT = Epoll.EventLayout.NATIVE;

  private final Syscalls next;
  private final Map<Registration, Interest> registrations = new HashMap<>();
  private final NativeMemory event = NativeMemory.allocate(LAYOUT.strideBytes());

  EpollRegistrations(Syscalls next) {
    this.next = next;
  }

  synchronized int control(int epfd, int operation, int fd, long eventAddress) {
    int result = next.epollCtl(epfd, operation, fd, eventAddress);
    Registration at = new Registration(epfd, fd);
    if (result == 0 && operation == Linux.EPOLL_CTL_DEL) {
      registrations.remove(at);
    } else if (result == 0) {
      MemoryIO memory = MemoryIO.getInstance();
      long data = memory.getLong(eventAddress + LAYOUT.dataOffset());
      registrations.put(at, new Interest(memory.getInt(eventAddress), data));
    }
    return result;
  }

  synchronized int close(int fd) {
    registrations.keySet().removeIf(at -> at.fd == fd || at.epfd == fd);
    return next.close(fd);
  }

  /** Makes the next epoll_wait look at {@code fd} again, wherever it is registered. */
  synchronized void rearm(int fd) {
    registrations.forEach(
        (at, interest) -> {
          if (at.fd == fd) {
            rearm(at, interest);
          }
        });
  }

  private void rearm(Registration at, Interest interest) {
    event.buffer().putInt(0, interest.events);
    event.buffer().putLong(LAYOUT.dataOffset(), interest.data);
    // Not EPOLL_CTL_MOD, which the kernel refuses where EPOLLEXCLUSIVE is set.
    next.epollCtl(at.epfd, Linux.EPOLL_CTL_DEL, at.fd, event.address());
    next.epollCtl(at.epfd, Linux.EPOLL_CTL_ADD, at.fd, event.address());
  }
}
