package io.sluice.linux;

import jnr.ffi.provider.jffi.NoX86;

/**
 * The C library, function by function as in the man pages, in the shape that jnr-ffi turns into
 * plain native methods: {@code int} and {@code long} only, memory as a raw address.
 *
 * <p>The interfaces inside are {@code public} only for the classes that jnr-ffi generates in a
 * class loader of its own; Java code outside this package cannot name them. {@link LinuxSyscalls}
 * is their one user. errno is saved by the stub right after the call, before the JVM can disturb
 * it, and belongs to the calling thread.
 */
final class LibC {

  private LibC() {}

  /** Everything with at most five integer arguments: native methods on x86-64 and aarch64. */
  public interface Calls {
    int socket(int domain, int type, int protocol);

    int bind(int fd, long addr, int addrlen);

    int listen(int fd, int backlog);

    int accept4(int fd, long addr, long addrlen, int flags);

    int connect(int fd, long addr, int addrlen);

    int getsockname(int fd, long addr, long addrlen);

    int getpeername(int fd, long addr, long addrlen);

    int getsockopt(int fd, int level, int optname, long optval, long optlen);

    int setsockopt(int fd, int level, int optname, long optval, int optlen);

    int shutdown(int fd, int how);

    int close(int fd);

    long recv(int fd, long buf, long len, int flags);

    long send(int fd, long buf, long len, int flags);

    long recvmsg(int fd, long msg, int flags);

    long sendmsg(int fd, long msg, int flags);

    long read(int fd, long buf, long count);

    long write(int fd, long buf, long count);

    long sendfile(int fdOut, int fdIn, long offset, long count);

    long tee(int fdIn, int fdOut, long len, int flags);

    int pipe2(long pipefd, int flags);

    /** Variadic in C; with integers only, the plain call is the same on Linux. */
    int fcntl(int fd, int cmd, int arg);

    /** Variadic in C, see {@link #fcntl}. */
    int ioctl(int fd, long request, long arg);

    int epoll_create1(int flags);

    int epoll_ctl(int epfd, int op, int fd, long event);

    int epoll_wait(int epfd, long events, int maxevents, int timeout);

    int eventfd(int initval, int flags);

    /** Variadic in C, see {@link #fcntl}. */
    int open(long pathname, int flags, int mode);

    /** Variadic in C, see {@link #fcntl}. */
    int openat(int dirfd, long pathname, int flags, int mode);

    int mkdirat(int dirfd, long pathname, int mode);

    /** In glibc since 2.28. */
    int renameat2(int olddirfd, long oldpath, int newdirfd, long newpath, int flags);

    int linkat(int olddirfd, long oldpath, int newdirfd, long newpath, int flags);

    int unlinkat(int dirfd, long pathname, int flags);

    int ftruncate(int fd, long length);

    long lseek(int fd, long offset, int whence);

    int munmap(long addr, long length);
  }

  /** The functions with six arguments. */
  public interface SixArguments {
    long mmap(long addr, long length, int prot, int flags, int fd, long offset);

    long splice(int fdIn, long offIn, int fdOut, long offOut, long len, int flags);
  }

  /**
   * The same without jnr-ffi's assembly stub, which reads the sixth argument from the wrong stack
   * slot on x86-64 (github.com/jnr/jnr-ffi/issues/181). Elsewhere the stub is right, and this
   * annotation would choose a path that allocates.
   */
  @NoX86
  public interface SixArgumentsX86 extends SixArguments {}
}
