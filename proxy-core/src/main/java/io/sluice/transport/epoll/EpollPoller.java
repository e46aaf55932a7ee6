package io.sluice.transport.epoll;

import io.sluice.config.PumpConfig;
import io.sluice.config.TcpOptions;
import io.sluice.linux.Epoll;
import io.sluice.linux.Errno;
import io.sluice.linux.ErrnoException;
import io.sluice.linux.EventFd;
import io.sluice.linux.Linux;
import io.sluice.linux.NativeMemory;
import io.sluice.linux.SockAddr;
import io.sluice.linux.Syscalls;
import io.sluice.transport.Backlog;
import io.sluice.transport.FlowCounters;
import io.sluice.transport.ListenSocket;
import io.sluice.transport.Poller;
import io.sluice.transport.Pump;
import io.sluice.transport.StreamSocket;
import java.io.IOException;
import java.util.IdentityHashMap;

/**
 * One loop's epoll and everything that the loop borrows from: the shared copy buffer, the pipe
 * pool, the buffers of blocked flows.
 *
 * <p>Connected sockets are added once, edge-triggered. Listening sockets are level-triggered and
 * exclusive: a loop that has enough to do leaves the connection to another.
 */
final class EpollPoller implements Poller {
  private static final int EVENTS_MAX = 256;
  private static final int STREAM_EVENTS =
      Linux.EPOLLIN | Linux.EPOLLOUT | Linux.EPOLLPRI | Linux.EPOLLRDHUP | Linux.EPOLLET;
  private static final int LISTEN_EVENTS = Linux.EPOLLIN | Linux.EPOLLEXCLUSIVE;

  private final EpollTransport transport;
  private final Syscalls sys;
  private final PumpConfig pumpConfig;
  private final Epoll epoll;
  private final EventFd wakeup;
  private final Slots slots = new Slots();
  private final IdentityHashMap<ListenSocket, Watch> watches = new IdentityHashMap<>();
  private final SocketOptions options;
  private final SourceBinding source;
  private final NativeMemory shared;

  /** Made when somebody wants to look at more than {@link #shared} takes. */
  private NativeMemory larger;

  private final BufferPool buffers;
  private final PipePool pipes;

  /** The pump whose bytes are in {@link #shared}; null when it is free. */
  private Pump sharedUser;

  private int sockets;
  private int lastError;
  private long staleEvents;

  EpollPoller(EpollTransport transport, PumpConfig pumpConfig) throws IOException {
    this.transport = transport;
    this.pumpConfig = pumpConfig;
    sys = transport.syscalls();
    options = new SocketOptions(sys);
    source = new SourceBinding(sys);
    shared = NativeMemory.allocate(pumpConfig.bufferBytes());
    buffers = new BufferPool(pumpConfig.bufferBytes());
    pipes = new PipePool(sys, transport.pipeBudget(), pumpConfig.pipeBytes());
    epoll = Epoll.create(sys, EVENTS_MAX);
    try {
      wakeup = EventFd.create(sys);
    } catch (IOException e) {
      epoll.close();
      throw e;
    }
    int added = epoll.add(wakeup.raw(), Linux.EPOLLIN, slots.add(new Wakeup()));
    ErrnoException.check("epoll_ctl", added, "eventfd");
  }

  @Override
  public int poll(int timeoutMs) {
    int count = epoll.await(timeoutMs);
    if (count < 0) {
      throw new IllegalStateException("epoll_wait failed: " + Errno.name(-count));
    }
    for (int i = 0; i < count; i++) {
      Registration registration = slots.find(epoll.data(i));
      if (registration == null) {
        staleEvents++;
      } else {
        registration.onEvents(epoll.events(i));
      }
    }
    return count;
  }

  @Override
  public void wakeup() {
    wakeup.signal();
  }

  @Override
  public int watch(ListenSocket socket, ReadyHandler onAcceptable) {
    Watch watch = new Watch(onAcceptable);
    Watch before = watches.putIfAbsent(socket, watch);
    assert before == null : "watched twice";
    int added = epoll.add(((EpollListenSocket) socket).raw(), LISTEN_EVENTS, slots.add(watch));
    if (added < 0) {
      slots.remove(watch);
      watches.remove(socket);
    }
    return added;
  }

  @Override
  public void unwatch(ListenSocket socket) {
    Watch watch = watches.remove(socket);
    if (watch != null) {
      epoll.delete(((EpollListenSocket) socket).raw());
      slots.remove(watch);
    }
  }

  @Override
  public StreamSocket accept(ListenSocket socket) {
    EpollListenSocket listening = (EpollListenSocket) socket;
    int fd;
    do {
      fd = options.accept(listening.raw());
    } while (fd == -Errno.EINTR || fd == -Errno.ECONNABORTED);
    if (fd < 0) {
      lastError = fd;
      return null;
    }
    SockAddr peer = options.acceptedPeer();
    if (peer.isUnix()) {
      try {
        options.applyUnix(fd, listening.tcp());
      } catch (ErrnoException e) {
        lastError = -e.errno();
        sys.close(fd);
        return null;
      }
    }
    return new EpollSocket(sys, fd, peer, true);
  }

  @Override
  public int attach(StreamSocket socket, ReadyHandler handler) {
    EpollSocket attaching = (EpollSocket) socket;
    attaching.attached(this, handler);
    int added = epoll.add(attaching.fd(), STREAM_EVENTS, slots.add(attaching));
    if (added < 0) {
      slots.remove(attaching);
      return added;
    }
    sockets++;
    return 0;
  }

  @Override
  public StreamSocket connect(SockAddr address, TcpOptions tcp, ReadyHandler handler) {
    int fd =
        sys.socket(
            address.family(), Linux.SOCK_STREAM | Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC, 0);
    if (fd < 0) {
      lastError = fd;
      return null;
    }
    lastError = begin(fd, address, tcp);
    // Added after connect(2): an unconnected socket reports EPOLLOUT and EPOLLHUP.
    if (lastError == 0 || lastError == -Errno.EINPROGRESS) {
      EpollSocket socket = new EpollSocket(sys, fd, address, lastError == 0);
      lastError = attach(socket, handler);
      if (lastError == 0) {
        return socket;
      }
    }
    sys.close(fd);
    return null;
  }

  private int begin(int fd, SockAddr address, TcpOptions tcp) {
    try {
      if (address.isUnix()) {
        options.applyUnix(fd, tcp);
      } else {
        options.apply(fd, tcp);
      }
    } catch (ErrnoException e) {
      return -e.errno();
    }
    if (!tcp.source().isAny()) {
      int bound = source.bind(fd, address, tcp.source());
      if (bound < 0) {
        return bound;
      }
    }
    int length = options.encodeAddress(address);
    int result;
    do {
      result = sys.connect(fd, options.addressMemory(), length);
    } while (result == -Errno.EINTR && address.isUnix());
    // An interrupted TCP connect goes on, see connect(2).
    return result == -Errno.EINTR ? -Errno.EINPROGRESS : result;
  }

  @Override
  public int lastError() {
    return lastError;
  }

  @Override
  public Pump pump(StreamSocket source, StreamSocket target, FlowCounters counters) {
    return new AdaptivePump(this, (EpollSocket) source, (EpollSocket) target, counters);
  }

  @Override
  public Backlog backlog(int maxBytes) {
    return new EpollBacklog(this, maxBytes);
  }

  @Override
  public Usage usage() {
    return new Usage(
        sockets, pipes.inUse(), pipes.idle(), buffers.inUse(), staleEvents, pipes.runts());
  }

  @Override
  public void close() {
    for (Registration registration : slots.snapshot()) {
      if (registration instanceof EpollSocket socket) {
        socket.reset();
      }
    }
    pipes.close();
    wakeup.close();
    epoll.close();
  }

  /** Forgets a socket that is being closed; close(2) takes it out of the epoll. */
  void detach(EpollSocket socket) {
    if (socket.slot != Registration.NO_SLOT) {
      slots.remove(socket);
      sockets--;
    }
  }

  Syscalls syscalls() {
    return sys;
  }

  PumpConfig pumpConfig() {
    return pumpConfig;
  }

  SocketOptions options() {
    return options;
  }

  BufferPool buffers() {
    return buffers;
  }

  PipePool pipes() {
    return pipes;
  }

  boolean maySplice() {
    return transport.maySplice();
  }

  void onSpliceRefused(int errno) {
    transport.onSpliceRefused(errno);
  }

  NativeMemory sharedMemory() {
    return shared;
  }

  /** At least {@code bytes} that are free until the next call of anything here. */
  NativeMemory scratch(int bytes) {
    if (bytes <= shared.bytes()) {
      return shared;
    }
    if (larger == null || larger.bytes() < bytes) {
      larger = NativeMemory.allocate(bytes);
    }
    return larger;
  }

  /** Lends the shared buffer to {@code pump} until it leaves it, which must be before another's. */
  NativeMemory enterShared(Pump pump) {
    if (sharedUser != null) { // Not an assertion: it would be another client's bytes.
      throw new IllegalStateException("another pump's bytes are still in the shared buffer");
    }
    sharedUser = pump;
    return shared;
  }

  void leaveShared(Pump pump) {
    assert sharedUser == pump : "not lent to this pump";
    sharedUser = null;
  }

  /** A listening socket's place in this epoll. */
  private static final class Watch extends Registration {
    private final ReadyHandler handler;

    Watch(ReadyHandler handler) {
      this.handler = handler;
    }

    @Override
    void onEvents(int events) {
      handler.onReady();
    }
  }

  private final class Wakeup extends Registration {
    @Override
    void onEvents(int events) {
      wakeup.drain();
    }
  }
}
