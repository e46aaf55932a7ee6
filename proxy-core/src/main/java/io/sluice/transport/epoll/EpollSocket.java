package io.sluice.transport.epoll;

import static io.sluice.linux.Linux.EPOLLERR;
import static io.sluice.linux.Linux.EPOLLHUP;
import static io.sluice.linux.Linux.EPOLLIN;
import static io.sluice.linux.Linux.EPOLLOUT;
import static io.sluice.linux.Linux.EPOLLPRI;
import static io.sluice.linux.Linux.EPOLLRDHUP;

import io.sluice.linux.Errno;
import io.sluice.linux.Linux;
import io.sluice.linux.NativeMemory;
import io.sluice.linux.SockAddr;
import io.sluice.linux.Syscalls;
import io.sluice.transport.Poller.ReadyHandler;
import io.sluice.transport.StreamSocket;
import java.nio.ByteBuffer;

/**
 * A stream socket on a descriptor of our own.
 *
 * <p>What epoll reported is kept in flags, since an edge comes once. {@code readable} and {@code
 * writable} fall only when a call finds EAGAIN, or when a short read proves that nothing is left.
 *
 * <p>Thread: free until attached, then the poller's.
 */
final class EpollSocket extends Registration implements StreamSocket {
  private static final int DISCARD_BYTES = 1 << 20;

  private final Syscalls sys;
  private final SockAddr peer;
  private final boolean tcp;
  private int fd;
  private EpollPoller poller;
  private ReadyHandler handler;

  private boolean readable;
  private boolean writable;
  private boolean broken;

  /**
   * True from an EPOLLPRI until recv(2) finds nothing: an urgent mark may hide data from splice.
   */
  private boolean urgent;

  /** True once the peer's FIN, or an error, may be behind the data: a short read proves nothing. */
  private boolean ended;

  /** True exactly when readability was reported and no byte has been taken since. */
  private boolean fresh;

  EpollSocket(Syscalls sys, int fd, SockAddr peer, boolean connected) {
    this.sys = sys;
    this.fd = fd;
    this.peer = peer;
    tcp = !peer.isUnix();
    writable = connected;
  }

  void attached(EpollPoller owner, ReadyHandler readyHandler) {
    poller = owner;
    handler = readyHandler;
  }

  @Override
  void onEvents(int events) {
    if ((events & (EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
      readable = true;
      fresh = true;
    }
    if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) {
      writable = true;
    }
    urgent |= (events & EPOLLPRI) != 0;
    ended |= (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
    broken |= (events & EPOLLERR) != 0;
    handler.onReady();
  }

  int fd() {
    assert fd >= 0 : "used after close";
    return fd;
  }

  /** Bytes were taken; {@code isShort} if recv(2) gave fewer than it was asked for. */
  void onRead(boolean isShort) {
    fresh = false;
    // A FIN or an urgent mark would end a read early too, and no further edge would tell of them.
    // On UNIX sockets a passed descriptor does.
    if (isShort && tcp && !ended && !urgent) {
      readable = false;
    }
  }

  /** recv(2) found nothing: there is nothing, not even behind an urgent mark. */
  void onEmpty() {
    readable = false;
    urgent = false;
    fresh = false;
  }

  /**
   * Whether splice(2)'s "nothing there" has to be confirmed by recv(2): at an urgent mark splice
   * finds nothing for ever.
   */
  boolean isEmptyDoubtful() {
    return urgent || fresh;
  }

  void onFull() {
    writable = false;
  }

  void onBroken() {
    broken = true;
    // What arrived before is still there to be read, and its end has to be found.
    readable = true;
  }

  /** recv(2); what it says about readiness is kept. */
  long receive(long address, int max) {
    return received(recv(address, max, 0), max);
  }

  /** send(2); what it says about readiness is kept. */
  long send(long address, long length) {
    long sent;
    do {
      sent = sys.send(fd(), address, length, Linux.MSG_NOSIGNAL);
    } while (sent == -Errno.EINTR);
    if (sent == -Errno.EAGAIN) {
      onFull();
    } else if (sent < 0) {
      onBroken();
    }
    return sent;
  }

  /** recv(2) that leaves the bytes where they are; that there are none is kept. */
  long peek(long address, int max) {
    long count = recv(address, max, Linux.MSG_PEEK);
    return count > 0 ? count : received(count, max);
  }

  @Override
  public long peek(ByteBuffer target) {
    assert target.hasRemaining() : "a zero-byte read would look like EOF";
    NativeMemory scratch = poller.scratch(target.remaining());
    return shown(peek(scratch.address(), target.remaining()), scratch, target);
  }

  /** Puts what a call has brought into {@code scratch} into {@code target}; returns the same. */
  private static long shown(long count, NativeMemory scratch, ByteBuffer target) {
    if (count > 0) {
      target.put(target.position(), scratch.buffer(), 0, (int) count);
      target.position(target.position() + (int) count);
    }
    return count;
  }

  @Override
  public void skip(int count) {
    for (int left = count; left > 0; ) {
      long taken = discard(left); // An urgent mark may end it early.
      if (taken <= 0) {
        throw new IllegalStateException("bytes to be skipped are not there: " + taken);
      }
      left -= (int) taken;
    }
  }

  @Override
  public long send(ByteBuffer source) {
    NativeMemory scratch = poller.sharedMemory();
    int wanted = Math.min(source.remaining(), scratch.bytes());
    scratch.buffer().put(0, source, source.position(), wanted);
    long sent = send(scratch.address(), wanted);
    if (sent > 0) {
      source.position(source.position() + (int) sent);
    }
    return sent;
  }

  @Override
  public long receive(ByteBuffer target) {
    assert target.hasRemaining() : "a zero-byte read would look like EOF";
    NativeMemory scratch = poller.sharedMemory();
    int max = Math.min(target.remaining(), scratch.bytes());
    return shown(receive(scratch.address(), max), scratch, target);
  }

  @Override
  public long discard() {
    return discard(DISCARD_BYTES);
  }

  /** Drops at most {@code max} bytes of what there is. */
  long discard(int max) {
    // With MSG_TRUNC a TCP socket drops its bytes and leaves the buffer alone.
    NativeMemory scratch = poller.sharedMemory();
    return tcp
        ? received(recv(scratch.address(), max, Linux.MSG_TRUNC), max)
        : receive(scratch.address(), Math.min(max, scratch.bytes()));
  }

  private long recv(long address, int max, int flags) {
    long count;
    do {
      count = sys.recv(fd(), address, max, flags);
    } while (count == -Errno.EINTR);
    return count;
  }

  private long received(long count, int max) {
    if (count > 0) {
      onRead(count < max);
    } else if (count == -Errno.EAGAIN) {
      onEmpty();
    } else if (count < 0) {
      onBroken();
    }
    return count;
  }

  @Override
  public boolean isReadable() {
    return readable;
  }

  @Override
  public boolean isWritable() {
    return writable;
  }

  @Override
  public boolean isBroken() {
    return broken;
  }

  @Override
  public boolean isEnded() {
    return ended && poller.options().ioctlInt(fd(), Linux.FIONREAD) == 0;
  }

  @Override
  public boolean isInputEnded() {
    return ended || broken;
  }

  @Override
  public int finishConnect() {
    if (broken) {
      int error = poller.options().getInt(fd(), Linux.SOL_SOCKET, Linux.SO_ERROR);
      return error > 0 ? -error : -Errno.ECONNREFUSED;
    }
    return writable ? 0 : -Errno.EINPROGRESS;
  }

  @Override
  public SockAddr peer() {
    return peer;
  }

  @Override
  public SockAddr local() {
    return poller.options().localAddress(fd());
  }

  @Override
  public boolean pace(long bytesPerSecond) {
    return tcp && poller.options().pace(fd(), bytesPerSecond) == 0;
  }

  @Override
  public void shutdownOutput() {
    sys.shutdown(fd(), Linux.SHUT_WR);
  }

  @Override
  public long unacknowledgedBytes() {
    return Math.max(0, poller.options().ioctlInt(fd(), Linux.SIOCOUTQ));
  }

  @Override
  public void close() {
    int closing = fd();
    fd = -1;
    if (poller != null) {
      poller.detach(this);
    }
    sys.close(closing);
  }

  @Override
  public void reset() {
    if (tcp) {
      SocketOptions.lingerZero(sys, fd());
    }
    close();
  }

  @Override
  public void vanish() {
    if (tcp) {
      SocketOptions.silence(sys, fd());
    }
    close();
  }
}
