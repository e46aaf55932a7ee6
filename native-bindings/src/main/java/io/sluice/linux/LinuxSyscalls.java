package io.sluice.linux;

import java.io.IOException;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Platform;
import jnr.ffi.Runtime;

/**
 * The system calls of the running kernel, through libc.
 *
 * <p>Invariant: errno is read in {@link #failure} only, only after a failed call, on the same
 * thread and with no other native call between. Stateless otherwise, so it may be used by any
 * thread.
 */
public final class LinuxSyscalls implements Syscalls {

  private final LibC.Calls libc;
  private final LibC.SixArguments sixArguments;
  private final Runtime runtime;

  private LinuxSyscalls(LibC.Calls libc, LibC.SixArguments sixArguments) {
    this.libc = libc;
    this.sixArguments = sixArguments;
    this.runtime = Runtime.getRuntime(libc);
  }

  /**
   * Loads libc (about 100 ms the first time) and binds it. Functions are resolved at their first
   * call: one that is missing throws {@link UnsatisfiedLinkError} there, which {@link SelfTest}
   * finds out at start-up.
   *
   * @throws IOException when libc or jnr-ffi's own library cannot be loaded: a temporary directory
   *     mounted noexec, another C library than glibc, native access denied to this JVM
   */
  public static Syscalls open() throws IOException {
    try {
      return Loaded.INSTANCE;
    } catch (LinkageError | RuntimeException e) {
      Throwable root = e;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      throw new IOException("libc could not be loaded: " + root, e);
    }
  }

  /** Holds the one instance; class initialization makes the loading happen once. */
  private static final class Loaded {
    static final LinuxSyscalls INSTANCE = new LinuxSyscalls(loadCalls(), loadSixArguments());
  }

  static LibC.Calls loadCalls() {
    return load(LibC.Calls.class);
  }

  static LibC.SixArguments loadSixArguments() {
    boolean x86 = Platform.getNativePlatform().getCPU() == Platform.CPU.X86_64;
    return x86 ? load(LibC.SixArgumentsX86.class) : load(LibC.SixArguments.class);
  }

  private static <T> T load(Class<T> shape) {
    String libc = Platform.getNativePlatform().getStandardCLibraryName();
    return LibraryLoader.create(shape).failImmediately().load(libc);
  }

  private int failure() {
    return -runtime.getLastError();
  }

  private int result(int returned) {
    return returned >= 0 ? returned : failure();
  }

  private long result(long returned) {
    return returned >= 0 ? returned : failure();
  }

  @Override
  public int socket(int domain, int type, int protocol) {
    return result(libc.socket(domain, type, protocol));
  }

  @Override
  public int bind(int fd, long sockaddr, int length) {
    return result(libc.bind(fd, sockaddr, length));
  }

  @Override
  public int listen(int fd, int backlog) {
    return result(libc.listen(fd, backlog));
  }

  @Override
  public int accept4(int fd, long sockaddr, long lengthAddress, int flags) {
    return result(libc.accept4(fd, sockaddr, lengthAddress, flags));
  }

  @Override
  public int connect(int fd, long sockaddr, int length) {
    return result(libc.connect(fd, sockaddr, length));
  }

  @Override
  public int getsockname(int fd, long sockaddr, long lengthAddress) {
    return result(libc.getsockname(fd, sockaddr, lengthAddress));
  }

  @Override
  public int getpeername(int fd, long sockaddr, long lengthAddress) {
    return result(libc.getpeername(fd, sockaddr, lengthAddress));
  }

  @Override
  public int getsockopt(int fd, int level, int option, long value, long lengthAddress) {
    return result(libc.getsockopt(fd, level, option, value, lengthAddress));
  }

  @Override
  public int setsockopt(int fd, int level, int option, long value, int length) {
    return result(libc.setsockopt(fd, level, option, value, length));
  }

  @Override
  public int shutdown(int fd, int how) {
    return result(libc.shutdown(fd, how));
  }

  @Override
  public int close(int fd) {
    return result(libc.close(fd));
  }

  @Override
  public long recv(int fd, long buffer, long length, int flags) {
    return result(libc.recv(fd, buffer, length, flags));
  }

  @Override
  public long send(int fd, long buffer, long length, int flags) {
    return result(libc.send(fd, buffer, length, flags));
  }

  @Override
  public long recvmsg(int fd, long msghdr, int flags) {
    return result(libc.recvmsg(fd, msghdr, flags));
  }

  @Override
  public long sendmsg(int fd, long msghdr, int flags) {
    return result(libc.sendmsg(fd, msghdr, flags));
  }

  @Override
  public long read(int fd, long buffer, long length) {
    return result(libc.read(fd, buffer, length));
  }

  @Override
  public long write(int fd, long buffer, long length) {
    return result(libc.write(fd, buffer, length));
  }

  @Override
  public long splice(int fdIn, int fdOut, long length, int flags) {
    return result(sixArguments.splice(fdIn, 0L, fdOut, 0L, length, flags));
  }

  @Override
  public long tee(int fdIn, int fdOut, long length, int flags) {
    return result(libc.tee(fdIn, fdOut, length, flags));
  }

  @Override
  public int pipe2(long fds, int flags) {
    return result(libc.pipe2(fds, flags));
  }

  @Override
  public int fcntl(int fd, int command, int argument) {
    return result(libc.fcntl(fd, command, argument));
  }

  @Override
  public int ioctl(int fd, long request, long argument) {
    return result(libc.ioctl(fd, request, argument));
  }

  @Override
  public int epollCreate1(int flags) {
    return result(libc.epoll_create1(flags));
  }

  @Override
  public int epollCtl(int epfd, int operation, int fd, long event) {
    return result(libc.epoll_ctl(epfd, operation, fd, event));
  }

  @Override
  public int epollWait(int epfd, long events, int maxEvents, int timeoutMs) {
    return result(libc.epoll_wait(epfd, events, maxEvents, timeoutMs));
  }

  @Override
  public int eventfd(int initial, int flags) {
    return result(libc.eventfd(initial, flags));
  }

  @Override
  public int open(long path, int flags, int mode) {
    return result(libc.open(path, flags, mode));
  }

  @Override
  public int openat(int dirfd, long name, int flags, int mode) {
    return result(libc.openat(dirfd, name, flags, mode));
  }

  @Override
  public int mkdirat(int dirfd, long name, int mode) {
    return result(libc.mkdirat(dirfd, name, mode));
  }

  @Override
  public int renameat2(int fromDirfd, long from, int toDirfd, long to, int flags) {
    try {
      return result(libc.renameat2(fromDirfd, from, toDirfd, to, flags));
    } catch (UnsatisfiedLinkError e) {
      return -Errno.ENOSYS; // A C library from before 2018.
    }
  }

  @Override
  public int linkat(int fromDirfd, long from, int toDirfd, long to, int flags) {
    return result(libc.linkat(fromDirfd, from, toDirfd, to, flags));
  }

  @Override
  public int unlinkat(int dirfd, long name, int flags) {
    return result(libc.unlinkat(dirfd, name, flags));
  }

  @Override
  public int ftruncate(int fd, long length) {
    return result(libc.ftruncate(fd, length));
  }

  @Override
  public long lseek(int fd, long offset, int whence) {
    return result(libc.lseek(fd, offset, whence));
  }

  @Override
  public long sendfile(int fdOut, int fdIn, long length) {
    return result(libc.sendfile(fdOut, fdIn, 0L, length));
  }

  @Override
  public long mmap(long length, int protection, int flags, int fd, long offset) {
    return result(sixArguments.mmap(0L, length, protection, flags, fd, offset));
  }

  @Override
  public int munmap(long address, long length) {
    return result(libc.munmap(address, length));
  }
}
