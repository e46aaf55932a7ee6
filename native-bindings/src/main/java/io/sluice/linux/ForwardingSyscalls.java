package io.sluice.linux;

import java.util.Objects;

/**
 * Hands every call on to another {@link Syscalls}; the place to observe or to replace single calls
 * by overriding them.
 *
 * <p>Invariant: a call that is not overridden has the result of the wrapped one. As thread-safe as
 * the wrapped one.
 */
public class ForwardingSyscalls implements Syscalls {

  private final Syscalls next;

  /** Wraps {@code next}, which receives what is not overridden. */
  public ForwardingSyscalls(Syscalls next) {
    this.next = Objects.requireNonNull(next, "next");
  }

  @Override
  public int socket(int domain, int type, int protocol) {
    return next.socket(domain, type, protocol);
  }

  @Override
  public int bind(int fd, long sockaddr, int length) {
    return next.bind(fd, sockaddr, length);
  }

  @Override
  public int listen(int fd, int backlog) {
    return next.listen(fd, backlog);
  }

  @Override
  public int accept4(int fd, long sockaddr, long lengthAddress, int flags) {
    return next.accept4(fd, sockaddr, lengthAddress, flags);
  }

  @Override
  public int connect(int fd, long sockaddr, int length) {
    return next.connect(fd, sockaddr, length);
  }

  @Override
  public int getsockname(int fd, long sockaddr, long lengthAddress) {
    return next.getsockname(fd, sockaddr, lengthAddress);
  }

  @Override
  public int getpeername(int fd, long sockaddr, long lengthAddress) {
    return next.getpeername(fd, sockaddr, lengthAddress);
  }

  @Override
  public int getsockopt(int fd, int level, int option, long value, long lengthAddress) {
    return next.getsockopt(fd, level, option, value, lengthAddress);
  }

  @Override
  public int setsockopt(int fd, int level, int option, long value, int length) {
    return next.setsockopt(fd, level, option, value, length);
  }

  @Override
  public int shutdown(int fd, int how) {
    return next.shutdown(fd, how);
  }

  @Override
  public int close(int fd) {
    return next.close(fd);
  }

  @Override
  public long recv(int fd, long buffer, long length, int flags) {
    return next.recv(fd, buffer, length, flags);
  }

  @Override
  public long send(int fd, long buffer, long length, int flags) {
    return next.send(fd, buffer, length, flags);
  }

  @Override
  public long recvmsg(int fd, long msghdr, int flags) {
    return next.recvmsg(fd, msghdr, flags);
  }

  @Override
  public long sendmsg(int fd, long msghdr, int flags) {
    return next.sendmsg(fd, msghdr, flags);
  }

  @Override
  public long read(int fd, long buffer, long length) {
    return next.read(fd, buffer, length);
  }

  @Override
  public long write(int fd, long buffer, long length) {
    return next.write(fd, buffer, length);
  }

  @Override
  public long splice(int fdIn, int fdOut, long length, int flags) {
    return next.splice(fdIn, fdOut, length, flags);
  }

  @Override
  public long tee(int fdIn, int fdOut, long length, int flags) {
    return next.tee(fdIn, fdOut, length, flags);
  }

  @Override
  public int pipe2(long fds, int flags) {
    return next.pipe2(fds, flags);
  }

  @Override
  public int fcntl(int fd, int command, int argument) {
    return next.fcntl(fd, command, argument);
  }

  @Override
  public int ioctl(int fd, long request, long argument) {
    return next.ioctl(fd, request, argument);
  }

  @Override
  public int epollCreate1(int flags) {
    return next.epollCreate1(flags);
  }

  @Override
  public int epollCtl(int epfd, int operation, int fd, long event) {
    return next.epollCtl(epfd, operation, fd, event);
  }

  @Override
  public int epollWait(int epfd, long events, int maxEvents, int timeoutMs) {
    return next.epollWait(epfd, events, maxEvents, timeoutMs);
  }

  @Override
  public int eventfd(int initial, int flags) {
    return next.eventfd(initial, flags);
  }

  @Override
  public int open(long path, int flags, int mode) {
    return next.open(path, flags, mode);
  }

  @Override
  public int openat(int dirfd, long name, int flags, int mode) {
    return next.openat(dirfd, name, flags, mode);
  }

  @Override
  public int mkdirat(int dirfd, long name, int mode) {
    return next.mkdirat(dirfd, name, mode);
  }

  @Override
  public int renameat2(int fromDirfd, long from, int toDirfd, long to, int flags) {
    return next.renameat2(fromDirfd, from, toDirfd, to, flags);
  }

  @Override
  public int linkat(int fromDirfd, long from, int toDirfd, long to, int flags) {
    return next.linkat(fromDirfd, from, toDirfd, to, flags);
  }

  @Override
  public int unlinkat(int dirfd, long name, int flags) {
    return next.unlinkat(dirfd, name, flags);
  }

  @Override
  public int ftruncate(int fd, long length) {
    return next.ftruncate(fd, length);
  }

  @Override
  public long lseek(int fd, long offset, int whence) {
    return next.lseek(fd, offset, whence);
  }

  @Override
  public long sendfile(int fdOut, int fdIn, long length) {
    return next.sendfile(fdOut, fdIn, length);
  }

  @Override
  public long mmap(long length, int protection, int flags, int fd, long offset) {
    return next.mmap(length, protection, flags, fd, offset);
  }

  @Override
  public int munmap(long address, long length) {
    return next.munmap(address, length);
  }
}
