package io.sluice.transport.epoll;

import io.sluice.linux.Errno;
import io.sluice.linux.ErrnoException;
import io.sluice.linux.Fd;
import io.sluice.linux.Folder;
import io.sluice.linux.Linux;
import io.sluice.linux.NativeMemory;
import io.sluice.linux.Pipe;
import io.sluice.linux.Syscalls;
import io.sluice.transport.BelowPath;
import io.sluice.transport.OutputFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.util.function.ObjIntConsumer;

/**
 * A file on a descriptor of our own, so that pipes can be spliced into it.
 *
 * <p>Invariant: {@code position} is the descriptor's own offset and the length of the file. The
 * directory is not kept open: descriptors belong to connections, and a file is renamed once.
 */
final class EpollOutputFile implements OutputFile {

  /** Enough for the headers that go through memory; payload does so only where it must. */
  private static final int SCRATCH_BYTES = 4096;

  /** Of payload in one piece, for file systems that do not take it from pipes. */
  private static final int COPY_BYTES = 1 << 16;

  /** One for each writer that copies, not for each file. */
  private static final ThreadLocal<NativeMemory> COPY =
      ThreadLocal.withInitial(() -> NativeMemory.allocate(COPY_BYTES));

  private final Syscalls sys;
  private final Fd fd;
  private final ObjIntConsumer<BelowPath> onRefused;
  private BelowPath where;
  private long position;
  private NativeMemory scratch;

  /** Splice was refused: from there on bytes are read from the pipe and written. */
  private boolean copies;

  private EpollOutputFile(
      Syscalls sys, Fd fd, BelowPath where, ObjIntConsumer<BelowPath> onRefused) {
    this.sys = sys;
    this.fd = fd;
    this.where = where;
    this.onRefused = onRefused;
  }

  /**
   * See {@link io.sluice.transport.Transport#createFile}.
   *
   * @param onRefused told if the file takes no splice, with the error number; it is copied to then
   */
  static EpollOutputFile create(Syscalls sys, BelowPath where, ObjIntConsumer<BelowPath> onRefused)
      throws IOException {
    where.makeBase();
    try (Folder folder = enter(sys, where)) {
      return new EpollOutputFile(sys, folder.create(where.file()), where, onRefused);
    } catch (ErrnoException e) {
      throw told(e, where);
    }
  }

  /** See {@link io.sluice.transport.Transport#rotateFile}. */
  static void rotate(Syscalls sys, BelowPath where, int keep) throws IOException {
    try (Folder folder = enter(sys, where)) {
      folder.remove(where.rotated(keep));
      for (int number = keep - 1; number >= 0; number--) {
        try {
          folder.rename(where.rotated(number), where.rotated(number + 1));
        } catch (ErrnoException e) {
          if (e.errno() != Errno.ENOENT) {
            throw e;
          }
        }
      }
    }
  }

  private static Folder enter(Syscalls sys, BelowPath where) throws ErrnoException {
    Folder folder = Folder.open(sys, where.base().toString());
    for (String name : where.folders()) {
      try (Folder outer = folder) {
        folder = outer.enter(name);
      }
    }
    return folder;
  }

  private static IOException told(ErrnoException failure, BelowPath where) {
    if (failure.errno() != Errno.EEXIST) {
      return failure;
    }
    IOException exists = new FileAlreadyExistsException(where.toString());
    exists.initCause(failure);
    return exists;
  }

  @Override
  public void write(ByteBuffer bytes) throws IOException {
    if (scratch == null) {
      scratch = NativeMemory.allocate(SCRATCH_BYTES);
    }
    while (bytes.hasRemaining()) {
      int part = Math.min(bytes.remaining(), SCRATCH_BYTES);
      scratch.buffer().put(0, bytes, bytes.position(), part);
      write(scratch.address(), part);
      bytes.position(bytes.position() + part);
    }
  }

  /** Writes all of the {@code bytes} bytes at {@code address}. */
  void write(long address, long bytes) throws IOException {
    long done = 0;
    while (done < bytes) {
      long written = sys.write(fd.raw(), address + done, bytes - done);
      if (written == -Errno.EINTR) {
        continue;
      }
      done += check("write", written);
    }
  }

  /** Writes exactly the next {@code bytes} bytes of {@code pipe}, which must hold that many. */
  void splice(Pipe pipe, long bytes) throws IOException {
    long left = bytes;
    while (left > 0) {
      left -= copies ? copy(pipe, left) : spliceSome(pipe, left);
    }
  }

  private long spliceSome(Pipe pipe, long max) throws IOException {
    long moved = pipe.drainTo(fd.raw(), max);
    if (isRefusal(moved)) {
      // Nothing was taken, so copying may begin here.
      copies = true;
      onRefused.accept(where, (int) -moved);
      return 0;
    }
    return check("splice", moved);
  }

  /**
   * Whether the file does not take what comes from pipes, as opposed to taking nothing at all:
   * EINVAL is that of a file system without splice_write, and of O_APPEND: splice(2).
   */
  private static boolean isRefusal(long result) {
    return switch ((int) -result) {
      case Errno.EINVAL, Errno.ENOSYS, Errno.EPERM, Errno.EOPNOTSUPP -> true;
      default -> false;
    };
  }

  private long copy(Pipe pipe, long max) throws IOException {
    long address = COPY.get().address();
    long read = pipe.drainToMemory(address, Math.min(max, COPY_BYTES));
    if (read < 0) {
      throw new ErrnoException("read", (int) -read, where.toString());
    }
    write(address, read);
    return read;
  }

  private long check(String call, long written) throws IOException {
    if (written <= 0) {
      // A file that takes nothing and says nothing would keep us here for ever.
      int errno = written == 0 ? Errno.EIO : (int) -written;
      throw new ErrnoException(call, errno, where.toString());
    }
    position += written;
    return written;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public void truncate(long length) throws IOException {
    ErrnoException.check("truncate", sys.ftruncate(fd.raw(), length), where.toString());
    long moved = sys.lseek(fd.raw(), length, Linux.SEEK_SET);
    if (moved < 0) {
      throw new ErrnoException("lseek", (int) -moved, where.toString());
    }
    position = length;
  }

  @Override
  public void rename(String name) throws IOException {
    BelowPath renamed = where.withFile(name);
    try (Folder folder = enter(sys, where)) {
      folder.rename(where.file(), name);
    } catch (ErrnoException e) {
      throw told(e, renamed);
    }
    where = renamed;
  }

  /** For splice(2) and the like; whoever moves bytes himself must not. */
  int fd() {
    return fd.raw();
  }

  @Override
  public void close() {
    fd.close();
  }

  @Override
  public String toString() {
    return where.toString();
  }
}
