package io.sluice.app.replay;

import io.sluice.linux.Epoll;
import io.sluice.linux.Errno;
import io.sluice.linux.ErrnoException;
import io.sluice.linux.Fd;
import io.sluice.linux.FileSource;
import io.sluice.linux.Linux;
import io.sluice.linux.NativeMemory;
import io.sluice.linux.SockAddr;
import io.sluice.linux.Syscalls;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A connection of our own system calls: sendfile(2) from the recording to the socket, and answers
 * that nobody looks at are discarded inside the kernel.
 *
 * <p>Edge-triggered, so its interest never changes: after EAGAIN the next edge ends the wait.
 */
final class NativeWire implements Wire {
  private static final int BUFFER_BYTES = 32 << 10;
  private static final int DISCARD_BYTES = 1 << 20;
  private static final int EVENTS =
      Linux.EPOLLIN | Linux.EPOLLOUT | Linux.EPOLLRDHUP | Linux.EPOLLET;

  private final Syscalls sys;
  private final Fd socket;
  private final Epoll epoll;
  private final boolean tcp;
  private final NativeMemory memory = NativeMemory.allocate(BUFFER_BYTES);
  private final Map<Path, FileSource> sources = new HashMap<>();

  private NativeWire(Syscalls sys, Fd socket, Epoll epoll, boolean tcp) {
    this.sys = sys;
    this.socket = socket;
    this.epoll = epoll;
    this.tcp = tcp;
  }

  /**
   * Connects.
   *
   * @throws IOException when the server refuses, or does not answer within {@code timeoutNs}
   */
  static NativeWire connect(Syscalls sys, SockAddr address, long timeoutNs) throws IOException {
    int type = Linux.SOCK_STREAM | Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC;
    Fd socket =
        new Fd(sys, ErrnoException.check("socket", sys.socket(address.family(), type, 0), ""));
    Epoll epoll = null;
    try {
      epoll = Epoll.create(sys, 1);
      NativeWire wire = new NativeWire(sys, socket, epoll, !address.isUnix());
      wire.connect(address, timeoutNs);
      return wire;
    } catch (IOException | RuntimeException e) {
      if (epoll != null) {
        epoll.close();
      }
      socket.close();
      throw e;
    }
  }

  private void connect(SockAddr address, long timeoutNs) throws IOException {
    int length = address.encode(memory.buffer());
    int result = sys.connect(socket.raw(), memory.address(), length);
    if (result != -Errno.EINPROGRESS) {
      ErrnoException.check("connect", result, address.toString());
    }
    // Only now: an unconnected socket reports a hang-up.
    ErrnoException.check("epoll_ctl", epoll.add(socket.raw(), EVENTS, 0), "");
    if (result == -Errno.EINPROGRESS) {
      long deadlineNs = System.nanoTime() + timeoutNs;
      int ready = 0;
      while (ready == 0) {
        long leftNs = deadlineNs - System.nanoTime();
        if (leftNs <= 0) {
          throw new SocketTimeoutException("connect " + address + ": no answer in time");
        }
        ready = ErrnoException.check("epoll_wait", epoll.await(millis(leftNs)), "");
      }
      ErrnoException.check("connect", -option(Linux.SO_ERROR), address.toString());
    }
    setOption(Linux.SOL_SOCKET, Linux.SO_OOBINLINE);
    if (tcp) {
      // Segments leave as they were recorded, not when enough of them have come together.
      setOption(Linux.SOL_TCP, Linux.TCP_NODELAY);
    }
  }

  private int option(int option) throws IOException {
    memory.buffer().putInt(Integer.BYTES, Integer.BYTES);
    long length = memory.address() + Integer.BYTES;
    int result = sys.getsockopt(socket.raw(), Linux.SOL_SOCKET, option, memory.address(), length);
    ErrnoException.check("getsockopt", result, "");
    return memory.buffer().getInt(0);
  }

  private void setOption(int level, int option) throws IOException {
    memory.buffer().putInt(0, 1);
    int result = sys.setsockopt(socket.raw(), level, option, memory.address(), Integer.BYTES);
    ErrnoException.check("setsockopt", result, "");
  }

  @Override
  public long send(Path file, long offset, long length) throws IOException {
    FileSource source = sources.get(file);
    if (source == null) {
      source = FileSource.open(sys, file);
      sources.put(file, source);
    }
    return source.sendTo(socket.raw(), offset, length);
  }

  @Override
  public long receive(ByteBuffer buffer) {
    long length = Math.min(buffer.remaining(), BUFFER_BYTES);
    long received = sys.recv(socket.raw(), memory.address(), length, 0);
    if (received > 0) {
      buffer.put(memory.buffer().slice(0, (int) received));
    }
    return received;
  }

  /** tcp(7): with MSG_TRUNC the bytes are not copied out; a UNIX socket would copy them. */
  @Override
  public long discard() {
    return tcp
        ? sys.recv(socket.raw(), 0, DISCARD_BYTES, Linux.MSG_TRUNC)
        : sys.recv(socket.raw(), memory.address(), BUFFER_BYTES, 0);
  }

  @Override
  public void await(long waitNs) throws IOException {
    ErrnoException.check("epoll_wait", epoll.await(millis(waitNs)), "");
  }

  /** Rounded up: a wait that is too short would be a spin. */
  private static int millis(long ns) {
    long ms = TimeUnit.NANOSECONDS.toMillis(ns + TimeUnit.MILLISECONDS.toNanos(1) - 1);
    return (int) Math.max(0, Math.min(ms, Integer.MAX_VALUE));
  }

  @Override
  public void endOutput() {
    // ENOTCONN after a reset, which receiving tells.
    sys.shutdown(socket.raw(), Linux.SHUT_WR);
  }

  @Override
  public boolean isDelivered() {
    return sys.ioctl(socket.raw(), Linux.SIOCOUTQ, memory.address()) < 0
        || memory.buffer().getInt(0) == 0;
  }

  /** socket(7): lingering for no time is a reset. */
  @Override
  public void reset() {
    memory.buffer().putInt(0, 1).putInt(Integer.BYTES, 0);
    sys.setsockopt(
        socket.raw(), Linux.SOL_SOCKET, Linux.SO_LINGER, memory.address(), 2 * Integer.BYTES);
    close();
  }

  @Override
  public void close() {
    sources.values().forEach(FileSource::close);
    sources.clear();
    epoll.close();
    socket.close();
  }
}
