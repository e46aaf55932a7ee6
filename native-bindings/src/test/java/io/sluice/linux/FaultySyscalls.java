package io.sluice.linux;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * System calls that fail on command, for tests: errors at the n-th call, in storms or at random,
 * and short transfers. Also counts every call.
 *
 * <p>Invariant: an injected failure happens instead of the real call, which is not made (except
 * close(2), which releases the descriptor in any case, and an interrupted connect(2), which goes on
 * in the background). An injected EAGAIN claims that a descriptor is not ready although it may be,
 * so under edge-triggered epoll no event would ever follow; each descriptor of the call is
 * therefore re-armed in every epoll instance that it is registered with through this object, and
 * the next epoll_wait reports it again if it is ready. Descriptors that are in no epoll (pipes)
 * need a caller that asks again.
 *
 * <p>Thread-safe. Random faults come from the seed; with several threads calling, which call meets
 * which number still depends on their order.
 */
public final class FaultySyscalls extends ForwardingSyscalls {

  /** The calls, one for each method of {@link Syscalls}. */
  public enum Call {
    SOCKET,
    BIND,
    LISTEN,
    ACCEPT4,
    CONNECT,
    GETSOCKNAME,
    GETPEERNAME,
    GETSOCKOPT,
    SETSOCKOPT,
    SHUTDOWN,
    CLOSE,
    RECV,
    SEND,
    RECVMSG,
    SENDMSG,
    READ,
    WRITE,
    SPLICE,
    TEE,
    PIPE2,
    FCNTL,
    IOCTL,
    EPOLL_CREATE1,
    EPOLL_CTL,
    EPOLL_WAIT,
    EVENTFD
  }

  private static final int ANY = -1;

  /** One programmed failure; {@code seen} counts the calls that it has been asked about. */
  private record Fault(
      Call call,
      int command,
      long first,
      long every,
      double probability,
      int errno,
      AtomicLong seen) {

    boolean strikes(int actualCommand, Random random) {
      if (command != ANY && command != actualCommand) {
        return false;
      }
      long ordinal = seen.incrementAndGet();
      if (ordinal < first) {
        return false;
      }
      boolean due = every == 0 ? ordinal == first : (ordinal - first) % every == 0;
      return due && (probability >= 1 || random.nextDouble() < probability);
    }
  }

  /** What is kept for one call; the cap in bytes. */
  private static final class Tally {
    final AtomicLong calls = new AtomicLong();
    final AtomicLong injected = new AtomicLong();
    volatile long cap = Long.MAX_VALUE;
  }

  private final Random random;
  private final Map<Call, Tally> tallies = new EnumMap<>(Call.class);
  private final List<Fault> faults = new CopyOnWriteArrayList<>();
  private final EpollRegistrations registrations;
  private volatile boolean randomCaps;

  /** Wraps {@code next}; without further orders every call succeeds as the real one does. */
  public FaultySyscalls(Syscalls next, long seed) {
    super(next);
    this.random = new Random(seed);
    this.registrations = new EpollRegistrations(next);
    for (Call call : Call.values()) {
      tallies.put(call, new Tally());
    }
  }

  /** The {@code n}-th call from now fails, 1 being the next one. */
  public FaultySyscalls failNth(Call call, long n, int errno) {
    return add(call, ANY, n, 0, 1, errno);
  }

  /** Every call from now fails. */
  public FaultySyscalls failAlways(Call call, int errno) {
    return add(call, ANY, 1, 1, 1, errno);
  }

  /** A storm: every {@code k}-th call from now fails; with EAGAIN and EINTR {@code k} is over 1. */
  public FaultySyscalls failEvery(Call call, long k, int errno) {
    return add(call, ANY, k, k, 1, errno);
  }

  /** Each call from now fails with the given probability, from 0 to 1. */
  public FaultySyscalls failRandomly(Call call, double probability, int errno) {
    return add(call, ANY, 1, 1, probability, errno);
  }

  /** Every fcntl(2) with this command fails, such as {@link Linux#F_SETPIPE_SZ} with EPERM. */
  public FaultySyscalls failFcntl(int command, int errno) {
    return add(Call.FCNTL, command, 1, 1, 1, errno);
  }

  /** Each EPOLL_CTL_ADD from now fails with the given probability; other operations work. */
  public FaultySyscalls failEpollAdd(double probability, int errno) {
    return add(Call.EPOLL_CTL, Linux.EPOLL_CTL_ADD, 1, 1, probability, errno);
  }

  /** RECV, SEND, READ, WRITE, SPLICE or TEE move at most {@code bytes} at a time, at least 1. */
  public FaultySyscalls cap(Call call, long bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("a cap of " + bytes + " would look like EOF");
    }
    tally(call).cap = bytes;
    return this;
  }

  /** From now on a capped call moves at most a random number of bytes from 1 to its cap. */
  public FaultySyscalls randomizeCaps() {
    randomCaps = true;
    return this;
  }

  /** Forgets all faults and caps; counts stay. */
  public FaultySyscalls heal() {
    faults.clear();
    randomCaps = false;
    tallies.values().forEach(tally -> tally.cap = Long.MAX_VALUE);
    return this;
  }

  /** How often {@code call} was made, including those that were made to fail. */
  public long calls(Call call) {
    return tally(call).calls.get();
  }

  /** How often {@code call} was made to fail. */
  public long injected(Call call) {
    return tally(call).injected.get();
  }

  private Tally tally(Call call) {
    return tallies.get(call);
  }

  private FaultySyscalls add(
      Call call, int command, long first, long every, double probability, int errno) {
    if (first < 1 || errno < 1) {
      throw new IllegalArgumentException("from call " + first + " with errno " + errno);
    }
    faults.add(new Fault(call, command, first, every, probability, errno, new AtomicLong()));
    return this;
  }

  /** Counts the call; returns 0 to make it, or {@code -errno} to return instead. */
  private int enter(Call call, int command) {
    tally(call).calls.incrementAndGet();
    int errno = 0;
    // All are asked, so that each counts every call, whichever of them strikes.
    for (Fault fault : faults) {
      if (fault.call == call && fault.strikes(command, random) && errno == 0) {
        errno = fault.errno;
      }
    }
    if (errno != 0) {
      tally(call).injected.incrementAndGet();
    }
    return -errno;
  }

  private int enter(Call call) {
    return enter(call, ANY);
  }

  /** The same for a call that waits for {@code fd}, which is re-armed if it gets a false EAGAIN. */
  private int enterOn(Call call, int fd) {
    int fault = enter(call, ANY);
    if (fault == -Errno.EAGAIN) {
      registrations.rearm(fd);
    }
    return fault;
  }

  private int enterBetween(Call call, int fdIn, int fdOut) {
    int fault = enterOn(call, fdIn);
    if (fault == -Errno.EAGAIN) {
      registrations.rearm(fdOut);
    }
    return fault;
  }

  private long capped(Call call, long length) {
    long cap = tally(call).cap;
    if (length <= 1 || cap == Long.MAX_VALUE) {
      return length;
    }
    return Math.min(length, randomCaps ? 1 + (long) (random.nextDouble() * cap) : cap);
  }

  @Override
  public int socket(int domain, int type, int protocol) {
    int fault = enter(Call.SOCKET);
    return fault != 0 ? fault : super.socket(domain, type, protocol);
  }

  @Override
  public int bind(int fd, long sockaddr, int length) {
    int fault = enter(Call.BIND);
    return fault != 0 ? fault : super.bind(fd, sockaddr, length);
  }

  @Override
  public int listen(int fd, int backlog) {
    int fault = enter(Call.LISTEN);
    return fault != 0 ? fault : super.listen(fd, backlog);
  }

  @Override
  public int accept4(int fd, long sockaddr, long lengthAddress, int flags) {
    int fault = enterOn(Call.ACCEPT4, fd);
    return fault != 0 ? fault : super.accept4(fd, sockaddr, lengthAddress, flags);
  }

  @Override
  public int connect(int fd, long sockaddr, int length) {
    int fault = enterOn(Call.CONNECT, fd);
    if (fault == -Errno.EINTR) {
      super.connect(fd, sockaddr, length);
    }
    return fault != 0 ? fault : super.connect(fd, sockaddr, length);
  }

  @Override
  public int getsockname(int fd, long sockaddr, long lengthAddress) {
    int fault = enter(Call.GETSOCKNAME);
    return fault != 0 ? fault : super.getsockname(fd, sockaddr, lengthAddress);
  }

  @Override
  public int getpeername(int fd, long sockaddr, long lengthAddress) {
    int fault = enter(Call.GETPEERNAME);
    return fault != 0 ? fault : super.getpeername(fd, sockaddr, lengthAddress);
  }

  @Override
  public int getsockopt(int fd, int level, int option, long value, long lengthAddress) {
    int fault = enter(Call.GETSOCKOPT);
    return fault != 0 ? fault : super.getsockopt(fd, level, option, value, lengthAddress);
  }

  @Override
  public int setsockopt(int fd, int level, int option, long value, int length) {
    int fault = enter(Call.SETSOCKOPT);
    return fault != 0 ? fault : super.setsockopt(fd, level, option, value, length);
  }

  @Override
  public int shutdown(int fd, int how) {
    int fault = enter(Call.SHUTDOWN);
    return fault != 0 ? fault : super.shutdown(fd, how);
  }

  @Override
  public int close(int fd) {
    int fault = enter(Call.CLOSE);
    int result = registrations.close(fd);
    return fault != 0 ? fault : result;
  }

  @Override
  public long recv(int fd, long buffer, long length, int flags) {
    int fault = enterOn(Call.RECV, fd);
    if (fault != 0) {
      return fault;
    }
    long cap = capped(Call.RECV, length);
    long received = super.recv(fd, buffer, cap, flags);
    if (cap < length && received == cap) {
      // A short read tells a caller that nothing is left, and no event would contradict it.
      registrations.rearm(fd);
    }
    return received;
  }

  @Override
  public long send(int fd, long buffer, long length, int flags) {
    int fault = enterOn(Call.SEND, fd);
    return fault != 0 ? fault : super.send(fd, buffer, capped(Call.SEND, length), flags);
  }

  @Override
  public long recvmsg(int fd, long msghdr, int flags) {
    int fault = enterOn(Call.RECVMSG, fd);
    return fault != 0 ? fault : super.recvmsg(fd, msghdr, flags);
  }

  @Override
  public long sendmsg(int fd, long msghdr, int flags) {
    int fault = enterOn(Call.SENDMSG, fd);
    return fault != 0 ? fault : super.sendmsg(fd, msghdr, flags);
  }

  @Override
  public long read(int fd, long buffer, long length) {
    int fault = enterOn(Call.READ, fd);
    return fault != 0 ? fault : super.read(fd, buffer, capped(Call.READ, length));
  }

  @Override
  public long write(int fd, long buffer, long length) {
    int fault = enterOn(Call.WRITE, fd);
    return fault != 0 ? fault : super.write(fd, buffer, capped(Call.WRITE, length));
  }

  @Override
  public long splice(int fdIn, int fdOut, long length, int flags) {
    int fault = enterBetween(Call.SPLICE, fdIn, fdOut);
    return fault != 0 ? fault : super.splice(fdIn, fdOut, capped(Call.SPLICE, length), flags);
  }

  @Override
  public long tee(int fdIn, int fdOut, long length, int flags) {
    int fault = enterBetween(Call.TEE, fdIn, fdOut);
    return fault != 0 ? fault : super.tee(fdIn, fdOut, capped(Call.TEE, length), flags);
  }

  @Override
  public int pipe2(long fds, int flags) {
    int fault = enter(Call.PIPE2);
    return fault != 0 ? fault : super.pipe2(fds, flags);
  }

  @Override
  public int fcntl(int fd, int command, int argument) {
    int fault = enter(Call.FCNTL, command);
    return fault != 0 ? fault : super.fcntl(fd, command, argument);
  }

  @Override
  public int ioctl(int fd, long request, long argument) {
    int fault = enter(Call.IOCTL);
    return fault != 0 ? fault : super.ioctl(fd, request, argument);
  }

  @Override
  public int epollCreate1(int flags) {
    int fault = enter(Call.EPOLL_CREATE1);
    return fault != 0 ? fault : super.epollCreate1(flags);
  }

  @Override
  public int epollCtl(int epfd, int operation, int fd, long event) {
    int fault = enter(Call.EPOLL_CTL, operation);
    return fault != 0 ? fault : registrations.control(epfd, operation, fd, event);
  }

  @Override
  public int epollWait(int epfd, long events, int maxEvents, int timeoutMs) {
    int fault = enter(Call.EPOLL_WAIT);
    return fault != 0 ? fault : super.epollWait(epfd, events, maxEvents, timeoutMs);
  }

  @Override
  public int eventfd(int initial, int flags) {
    int fault = enter(Call.EVENTFD);
    return fault != 0 ? fault : super.eventfd(initial, flags);
  }
}
