package io.sluice.linux;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A file opened for reading whose ranges go to a socket or pipe by sendfile(2), without entering
 * the process.
 *
 * <p>Invariant: the file's own offset is {@code position} whenever no call is under way, so that
 * lseek(2) is needed only where a range does not follow the one before. Thread rule: one thread.
 */
public final class FileSource implements AutoCloseable {

  private final Syscalls syscalls;
  private final Fd fd;
  private long position;

  private FileSource(Syscalls syscalls, Fd fd) {
    this.syscalls = syscalls;
    this.fd = fd;
  }

  /** open(2) with O_RDONLY. */
  public static FileSource open(Syscalls syscalls, Path path) throws ErrnoException {
    byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
    NativeMemory memory = NativeMemory.allocate(name.length + 1);
    memory.buffer().put(0, name);
    int raw = syscalls.open(memory.address(), Linux.O_RDONLY | Linux.O_CLOEXEC, 0);
    // The buffer keeps the memory that its address does not.
    assert memory.buffer().get(name.length) == 0;
    return new FileSource(
        syscalls, new Fd(syscalls, ErrnoException.check("open", raw, path.toString())));
  }

  /**
   * sendfile(2): sends at most {@code length} bytes from {@code offset} on.
   *
   * @param target a socket or the write end of a pipe
   * @param length exact, more than 0: asked for more than there is, the kernel would hold the last
   *     bytes back to wait for the rest
   * @return bytes sent; 0 when the file ends before {@code offset}; or {@code -errno}, EAGAIN when
   *     a non-blocking target is full
   */
  public long sendTo(int target, long offset, long length) {
    assert length > 0 : "0 bytes would look like the end of the file";
    if (offset != position) {
      long moved = syscalls.lseek(fd.raw(), offset, Linux.SEEK_SET);
      if (moved < 0) {
        return moved;
      }
      position = offset;
    }
    long sent = syscalls.sendfile(target, fd.raw(), length);
    if (sent > 0) {
      position += sent;
    }
    return sent;
  }

  @Override
  public void close() {
    fd.close();
  }
}
