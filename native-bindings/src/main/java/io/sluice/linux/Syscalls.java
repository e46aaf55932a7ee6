package io.sluice.linux;

/**
 * The Linux system calls that the proxy makes, in the kernel's own convention: a result of zero or
 * more on success, {@code -errno} on failure. Nothing here throws for an expected outcome; EAGAIN,
 * EOF and a reset are values.
 *
 * <p>Memory is passed as a raw address ({@code long}), NULL is {@code 0}: that is what lets the
 * bindings be plain native methods that allocate nothing. The caller keeps the memory alive.
 *
 * <p>This is the seam for fault injection: tests wrap the real implementation and override single
 * calls. Implementations are thread-safe.
 */
public interface Syscalls {

  /**
   * socket(2): a new descriptor. Pass {@link Linux#SOCK_CLOEXEC} and {@link Linux#SOCK_NONBLOCK}.
   */
  int socket(int domain, int type, int protocol);

  /** bind(2): EADDRINUSE, EACCES and EADDRNOTAVAIL are the operator's business. */
  int bind(int fd, long sockaddr, int length);

  /** listen(2): the backlog is silently capped by net.core.somaxconn. */
  int listen(int fd, int backlog);

  /** accept4(2): EAGAIN when no connection waits; EMFILE and ENFILE leave it waiting. */
  int accept4(int fd, long sockaddr, long lengthAddress, int flags);

  /**
   * connect(2): EINPROGRESS on a non-blocking TCP socket, EAGAIN on a UNIX one with a full queue.
   */
  int connect(int fd, long sockaddr, int length);

  /** getsockname(2): the address a socket is bound to. */
  int getsockname(int fd, long sockaddr, long lengthAddress);

  /** getpeername(2): the address of the other side. */
  int getpeername(int fd, long sockaddr, long lengthAddress);

  /** getsockopt(2). */
  int getsockopt(int fd, int level, int option, long value, long lengthAddress);

  /** setsockopt(2). */
  int setsockopt(int fd, int level, int option, long value, int length);

  /** shutdown(2): ENOTCONN when the peer has reset the connection. */
  int shutdown(int fd, int how);

  /** close(2): never retried; on Linux the descriptor is gone even after EINTR. */
  int close(int fd);

  /** recv(2): 0 is EOF and only EOF, as long as {@code length} is not 0. */
  long recv(int fd, long buffer, long length, int flags);

  /** send(2): pass {@link Linux#MSG_NOSIGNAL}. */
  long send(int fd, long buffer, long length, int flags);

  /** recvmsg(2). */
  long recvmsg(int fd, long msghdr, int flags);

  /** sendmsg(2). */
  long sendmsg(int fd, long msghdr, int flags);

  /** read(2), for eventfd and pipes. */
  long read(int fd, long buffer, long length);

  /** write(2), for eventfd, pipes and files; a file system that fills up makes it short first. */
  long write(int fd, long buffer, long length);

  /**
   * splice(2) with both offsets NULL. 0 is EOF <em>or</em> a FIN behind an urgent mark; EAGAIN is
   * an empty source, a pipe without a free slot, or an urgent mark. Never pass length 0 or
   * SIZE_MAX.
   */
  long splice(int fdIn, int fdOut, long length, int flags);

  /** tee(2): duplicates from the head of {@code fdIn} without consuming; may be short. */
  long tee(int fdIn, int fdOut, long length, int flags);

  /** pipe2(2): stores two ints, read end first. May succeed with a pipe of only two slots. */
  int pipe2(long fds, int flags);

  /** fcntl(2) with an int argument. */
  int fcntl(int fd, int command, int argument);

  /** ioctl(2) with a pointer argument (FIONREAD, SIOCOUTQ). */
  int ioctl(int fd, long request, long argument);

  /** epoll_create1(2). */
  int epollCreate1(int flags);

  /** epoll_ctl(2): {@code event} is the address of one epoll_event in the kernel's layout. */
  int epollCtl(int epfd, int operation, int fd, long event);

  /** epoll_wait(2): number of events stored; 0 after the time-out; EINTR is possible. */
  int epollWait(int epfd, long events, int maxEvents, int timeoutMs);

  /** eventfd(2). */
  int eventfd(int initial, int flags);

  /** open(2): {@code path} is the address of a string that ends with NUL. */
  int open(long path, int flags, int mode);

  /** openat(2): {@code name} as for {@link #open}, seen from the directory {@code dirfd}. */
  int openat(int dirfd, long name, int flags, int mode);

  /** mkdirat(2): EEXIST when there is anything of that name, even a dangling link. */
  int mkdirat(int dirfd, long name, int mode);

  /**
   * renameat2(2): with {@link Linux#RENAME_NOREPLACE} EEXIST when there is anything of the new
   * name, and EINVAL where the file system has no such flag; ENOSYS where libc has no such call.
   */
  int renameat2(int fromDirfd, long from, int toDirfd, long to, int flags);

  /** linkat(2): a second name; EEXIST when it is taken, EPERM where there are no hard links. */
  int linkat(int fromDirfd, long from, int toDirfd, long to, int flags);

  /** unlinkat(2): removes a name; a link itself, never what it points to. */
  int unlinkat(int dirfd, long name, int flags);

  /** ftruncate(2): the descriptor's own offset stays where it is. */
  int ftruncate(int fd, long length);

  /** lseek(2): the new offset from the beginning of the file. */
  long lseek(int fd, long offset, int whence);

  /** sendfile(2) from the file's own offset, which moves on; 0 is the end of the file. */
  long sendfile(int fdOut, int fdIn, long length);

  /** mmap(2) where the kernel likes: the address. */
  long mmap(long length, int protection, int flags, int fd, long offset);

  /** munmap(2): of a whole mapping. */
  int munmap(long address, long length);
}
