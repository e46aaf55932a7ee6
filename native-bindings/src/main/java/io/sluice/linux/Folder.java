package io.sluice.linux;

import java.nio.charset.StandardCharsets;

/**
 * Owns an open directory, in which files are made without ever following a symbolic link.
 *
 * <p>Invariant: a name handed to the kernel is a single component, so that nothing but the
 * directory itself is resolved; what is entered is opened with O_NOFOLLOW, so that it is a
 * directory and not a link to one. Step by step this is what openat2(2) with RESOLVE_BENEATH and
 * RESOLVE_NO_SYMLINKS does in one call, and it works on every kernel. Thread rule: one thread at a
 * time.
 */
public final class Folder implements AutoCloseable {

  /** Only the owner may list, enter and change what is made here. */
  private static final int FOLDER_MODE = 0700;

  /** Only the owner may read and write. */
  private static final int FILE_MODE = 0600;

  private static final int PATH_FLAGS = Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_CLOEXEC;
  private static final int CREATE_FLAGS =
      Linux.O_WRONLY | Linux.O_CREAT | Linux.O_EXCL | Linux.O_NOFOLLOW | Linux.O_CLOEXEC;

  private final Syscalls syscalls;
  private final Fd fd;
  private final String path;

  private Folder(Syscalls syscalls, int fd, String path) {
    this.syscalls = syscalls;
    this.fd = new Fd(syscalls, fd);
    this.path = path;
  }

  /**
   * Opens an existing directory; links on the way to it and at its end are followed.
   *
   * @throws ErrnoException ENOENT, ENOTDIR, EACCES, EMFILE…
   */
  public static Folder open(Syscalls syscalls, String path) throws ErrnoException {
    long name = Names.ofThread().first(path);
    int fd = syscalls.open(name, PATH_FLAGS, 0);
    return new Folder(syscalls, ErrnoException.check("open", fd, path), path);
  }

  /**
   * Opens the directory {@code name} in this one, and makes it, mode 0700, if there is none.
   *
   * @throws ErrnoException ENOTDIR when it is something else or a symbolic link
   */
  public Folder enter(String name) throws ErrnoException {
    long address = single(name);
    String below = path + "/" + name;
    int entered = openFolder(address);
    if (entered == -Errno.ENOENT) {
      int made = syscalls.mkdirat(fd.raw(), address, FOLDER_MODE);
      if (made != -Errno.EEXIST) { // Another thread's is as good.
        ErrnoException.check("mkdir", made, below);
      }
      entered = openFolder(address);
    }
    String object = entered == -Errno.ENOTDIR ? below + " (links are not followed)" : below;
    return new Folder(syscalls, ErrnoException.check("open", entered, object), below);
  }

  private int openFolder(long address) {
    return syscalls.openat(fd.raw(), address, PATH_FLAGS | Linux.O_NOFOLLOW, 0);
  }

  /**
   * Makes the file {@code name}, mode 0600, for writing.
   *
   * @throws ErrnoException EEXIST when there is anything of that name, even a dangling link
   */
  public Fd create(String name) throws ErrnoException {
    int file = syscalls.openat(fd.raw(), single(name), CREATE_FLAGS, FILE_MODE);
    return new Fd(syscalls, ErrnoException.check("create", file, path + "/" + name));
  }

  /**
   * Gives {@code from} another name in this directory, unless there is anything of that name.
   *
   * @throws ErrnoException EEXIST, or ENOENT when there is no {@code from}
   */
  public void rename(String from, String to) throws ErrnoException {
    long source = single(from);
    requireSingle(to);
    long target = Names.ofThread().second(to);
    int dir = fd.raw();
    int result = syscalls.renameat2(dir, source, dir, target, Linux.RENAME_NOREPLACE);
    if (result == -Errno.ENOSYS || result == -Errno.EINVAL) {
      // No such flag in this file system: a second name, which is refused as well if it is taken.
      result = syscalls.linkat(dir, source, dir, target, 0);
      if (result >= 0) {
        result = syscalls.unlinkat(dir, source, 0);
      }
    }
    ErrnoException.check("rename", result, path + "/" + from + " to " + to);
  }

  /** Removes the file or link {@code name}; false when there is none. */
  public boolean remove(String name) throws ErrnoException {
    int result = syscalls.unlinkat(fd.raw(), single(name), 0);
    if (result == -Errno.ENOENT) {
      return false;
    }
    ErrnoException.check("remove", result, path + "/" + name);
    return true;
  }

  @Override
  public void close() {
    fd.close();
  }

  @Override
  public String toString() {
    return path;
  }

  private static long single(String name) throws ErrnoException {
    requireSingle(name);
    return Names.ofThread().first(name);
  }

  private static void requireSingle(String name) {
    if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('/') >= 0) {
      throw new IllegalArgumentException("not the name of a file in a directory: " + name);
    }
  }

  /** Room for two names as the kernel wants them; one per thread, so that no call allocates it. */
  private static final class Names {
    private static final ThreadLocal<Names> OF_THREAD = ThreadLocal.withInitial(Names::new);

    /** PATH_MAX of limits.h, with the closing NUL. */
    private static final int PATH_BYTES_MAX = 4096;

    private final NativeMemory memory = NativeMemory.allocate(2 * PATH_BYTES_MAX);

    static Names ofThread() {
      return OF_THREAD.get();
    }

    long first(String name) throws ErrnoException {
      return put(name, 0);
    }

    long second(String name) throws ErrnoException {
      return put(name, PATH_BYTES_MAX);
    }

    private long put(String name, int at) throws ErrnoException {
      byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
      if (name.indexOf('\0') >= 0) {
        throw new IllegalArgumentException("NUL in the name of a file");
      }
      if (bytes.length >= PATH_BYTES_MAX) {
        throw new ErrnoException("open", Errno.ENAMETOOLONG, name);
      }
      memory.buffer().put(at, bytes);
      memory.buffer().put(at + bytes.length, (byte) 0);
      return memory.address() + at;
    }
  }
}
