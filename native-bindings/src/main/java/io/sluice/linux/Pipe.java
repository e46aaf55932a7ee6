package io.sluice.linux;

import com.kenai.jffi.PageManager;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A kernel pipe as a store of bytes on their way from one descriptor to another.
 *
 * <p>Invariant: {@link #bytes()} is exactly what the pipe holds, because every byte enters and
 * leaves through this object. What is left in a pipe is one client's data: a pipe with {@code
 * bytes() > 0} must be closed, never used for another session. Thread rule: one thread fills and
 * one drains, which may be another; who closes it knows that neither is at it.
 *
 * <p>Fullness cannot be told from the count: a pipe is limited by slots (pages), of which a small
 * segment takes a whole one; 160 bytes have filled a pipe of 64 KiB, and one of 64 KiB has held 265
 * 189.
 */
public final class Pipe implements AutoCloseable {

  /**
   * The largest length handed to splice(2) and tee(2): well below SSIZE_MAX, above which they fail
   * with EINVAL.
   */
  public static final long TRANSFER_BYTES_MAX = 1L << 30;

  // NONBLOCK is about the pipe ends (kernels before 5.1 do not look at their O_NONBLOCK); the
  // sockets must be O_NONBLOCK themselves.
  private static final int FLAGS = Linux.SPLICE_F_MOVE | Linux.SPLICE_F_NONBLOCK;

  /** Slots of a new pipe, fs/pipe.c PIPE_DEF_BUFFERS; over the user's page limit it gets two. */
  private static final int SLOTS_DEFAULT = 16;

  private static final int CLOSED = -1;

  private final Syscalls syscalls;
  private final int errno;
  private final int bytesWanted;
  private int readEnd = CLOSED;
  private int writeEnd = CLOSED;
  private int capacityBytes;

  // Each written by one thread only: their difference is what the pipe holds.
  private final AtomicLong filledBytes = new AtomicLong();
  private final AtomicLong drainedBytes = new AtomicLong();

  /**
   * pipe2(2), non-blocking and close-on-exec, then F_SETPIPE_SZ as far as the kernel allows.
   *
   * <p>Running out of descriptors is an expected outcome, so nothing is thrown: the result is then
   * a closed pipe whose {@link #errno()} says why, and whose transfers fail with EBADF.
   *
   * @param bytesWanted capacity in bytes; rounded up by the kernel to a power of two of pages
   */
  public static Pipe create(Syscalls syscalls, int bytesWanted) {
    return new Pipe(syscalls, bytesWanted);
  }

  private Pipe(Syscalls syscalls, int bytesWanted) {
    this.syscalls = syscalls;
    this.bytesWanted = bytesWanted;
    NativeMemory scratch = Scratch.ofThread();
    int result = syscalls.pipe2(scratch.address(), Linux.O_NONBLOCK | Linux.O_CLOEXEC);
    if (result < 0) {
      errno = -result;
      return;
    }
    errno = 0;
    readEnd = scratch.buffer().getInt(0);
    writeEnd = scratch.buffer().getInt(Integer.BYTES);
    capacityBytes = Math.max(0, syscalls.fcntl(writeEnd, Linux.F_GETPIPE_SZ, 0));
    if (capacityBytes != bytesWanted) {
      resize();
    }
  }

  private void resize() {
    int resized = syscalls.fcntl(writeEnd, Linux.F_SETPIPE_SZ, bytesWanted);
    if (resized >= 0) {
      capacityBytes = resized;
    }
    // Otherwise EPERM (over pipe-max-size or the user's page limit): the pipe stays as it is.
  }

  /** 0, or the positive error number with which pipe2(2) failed. */
  public int errno() {
    return errno;
  }

  /** Whether the pipe was made and has not been closed. */
  public boolean isOpen() {
    return readEnd != CLOSED;
  }

  /** F_GETPIPE_SZ: slots times page size. May be smaller or larger than what was asked for. */
  public int capacityBytes() {
    return capacityBytes;
  }

  /**
   * Whether the kernel gave less than a normal pipe: a user over fs.pipe-user-pages-soft gets two
   * slots and no error. Such a pipe is slower than copying.
   */
  public boolean isRunt() {
    return isRunt(capacityBytes, bytesWanted, PageManager.getInstance().pageSize());
  }

  static boolean isRunt(long capacityBytes, long bytesWanted, long pageBytes) {
    return capacityBytes < Math.min(bytesWanted, SLOTS_DEFAULT * pageBytes);
  }

  /**
   * The number of bytes in the pipe: never too many for the thread that drains, never too few for
   * the one that fills.
   */
  public long bytes() {
    return filledBytes.getAcquire() - drainedBytes.getAcquire();
  }

  private void filled(long moved) {
    filledBytes.setRelease(filledBytes.getPlain() + moved);
  }

  private void drained(long moved) {
    drainedBytes.setRelease(drainedBytes.getPlain() + moved);
  }

  /**
   * splice(2) from {@code fd} into the pipe, at most {@code max} bytes (more than 0).
   *
   * @return bytes moved; 0 = EOF or a FIN behind an urgent mark; {@code -EAGAIN} = nothing to read,
   *     no free slot, or an urgent mark; other {@code -errno}
   */
  public long fillFrom(int fd, long max) {
    assert max > 0 : "a transfer of zero bytes would look like EOF";
    long length = Math.min(max, TRANSFER_BYTES_MAX);
    long moved;
    do {
      moved = syscalls.splice(fd, writeEnd, length, FLAGS);
    } while (moved == -Errno.EINTR);
    if (moved > 0) {
      filled(moved);
    }
    return moved;
  }

  /**
   * write(2) of {@code length} bytes (more than 0) at {@code address} into the pipe.
   *
   * @return bytes written, fewer than asked for when the pipe is full before; {@code -EAGAIN} = no
   *     room at all; other {@code -errno}
   */
  public long fillFromMemory(long address, long length) {
    assert length > 0 : "nothing to write";
    long written;
    do {
      written = syscalls.write(writeEnd, address, length);
    } while (written == -Errno.EINTR);
    if (written > 0) {
      filled(written);
    }
    return written;
  }

  /**
   * splice(2) from the pipe to {@code fd}, at most {@code max} bytes (more than 0); the pipe must
   * not be empty. Never asks for more than the pipe holds: the kernel would take the rest for "more
   * to come" and cork the tail for 200 ms.
   *
   * @return bytes moved, more than 0; {@code -EAGAIN} = the target is full; {@code -EPIPE}, {@code
   *     -ECONNRESET} = the target is gone and the bytes are still here; other {@code -errno}
   */
  public long drainTo(int fd, long max) {
    long bytes = bytes();
    assert max > 0 && bytes > 0 : "nothing to drain: max " + max + ", bytes " + bytes;
    long length = Math.min(Math.min(max, bytes), TRANSFER_BYTES_MAX);
    long moved;
    do {
      moved = syscalls.splice(readEnd, fd, length, FLAGS);
    } while (moved == -Errno.EINTR);
    if (moved > 0) {
      drained(moved);
    }
    return moved == 0 ? -Errno.EIO : moved; // A pipe with bytes and a writer has no EOF.
  }

  /**
   * read(2) from the pipe to {@code address}, at most {@code max} bytes (more than 0); the pipe
   * must not be empty.
   *
   * @return bytes read, more than 0, or {@code -errno}
   */
  public long drainToMemory(long address, long max) {
    assert max > 0 && bytes() > 0 : "nothing to read: max " + max + ", bytes " + bytes();
    long read;
    do {
      read = syscalls.read(readEnd, address, Math.min(max, bytes()));
    } while (read == -Errno.EINTR);
    if (read > 0) {
      drained(read);
    }
    return read == 0 ? -Errno.EIO : read;
  }

  /**
   * tee(2) from the head of this pipe into {@code target}, at most {@code max} bytes (more than 0),
   * consuming nothing: a second call duplicates the same bytes again. This pipe must not be empty.
   *
   * @return bytes duplicated, fewer than asked for when the target runs out of slots; {@code
   *     -EAGAIN} = the target has no free slot; other {@code -errno}
   */
  public long teeTo(Pipe target, long max) {
    long bytes = bytes();
    assert max > 0 && bytes > 0 : "nothing to duplicate: max " + max + ", bytes " + bytes;
    long length = Math.min(Math.min(max, bytes), TRANSFER_BYTES_MAX);
    long copied;
    do {
      copied = syscalls.tee(readEnd, target.writeEnd, length, Linux.SPLICE_F_NONBLOCK);
    } while (copied == -Errno.EINTR);
    if (copied > 0) {
      target.filled(copied);
    }
    return copied == 0 ? -Errno.EIO : copied;
  }

  /** The read end, for a caller in this package that keeps the count right by itself. */
  int readFd() {
    return readEnd;
  }

  /** The write end, see {@link #readFd}. */
  int writeFd() {
    return writeEnd;
  }

  /**
   * ioctl(2) FIONREAD: the kernel's own count, to check {@link #bytes()} in assertions and tests;
   * or {@code -errno}.
   */
  public long kernelBytes() {
    NativeMemory scratch = Scratch.ofThread();
    int result = syscalls.ioctl(readEnd, Linux.FIONREAD, scratch.address());
    return result < 0 ? result : scratch.buffer().getInt(0);
  }

  /** Closes both ends once, and drops what is inside. */
  @Override
  public void close() {
    if (readEnd != CLOSED) {
      int closingRead = readEnd;
      int closingWrite = writeEnd;
      readEnd = CLOSED;
      writeEnd = CLOSED;
      drained(bytes());
      syscalls.close(closingWrite);
      syscalls.close(closingRead);
    }
  }

  @Override
  public String toString() {
    return isOpen()
        ? "pipe " + readEnd + "," + writeEnd + ": " + bytes() + " bytes of " + capacityBytes
        : "pipe closed";
  }

  /** Room for the results of set-up calls; one per thread, so that no call allocates memory. */
  private static final class Scratch {
    private static final ThreadLocal<NativeMemory> MEMORY =
        ThreadLocal.withInitial(() -> NativeMemory.allocate(2 * Integer.BYTES));

    static NativeMemory ofThread() {
      return MEMORY.get();
    }
  }
}
