package io.sluice.bench.methods;

import io.sluice.linux.ErrnoException;
import io.sluice.linux.Linux;
import io.sluice.linux.NativeMemory;
import io.sluice.linux.Pipe;
import io.sluice.linux.Syscalls;
import java.nio.charset.StandardCharsets;

/**
 * splice(2) into a pipe, tee(2) into a second one, splice(2) out of both: the second goes to
 * /dev/null, so that the duplicate's own destination costs nothing.
 */
final class TeeMover implements Mover {

  private final Syscalls syscalls;
  private final Pipe pipe;
  private final Pipe duplicate;
  private final int devNull;

  TeeMover(Syscalls syscalls) throws ErrnoException {
    this.syscalls = syscalls;
    this.devNull = openFile(syscalls, "/dev/null", Linux.O_WRONLY);
    this.pipe = SpliceMover.openPipe(syscalls);
    this.duplicate = SpliceMover.openPipe(syscalls);
  }

  @Override
  public long move(int in, long position, int out, long bytes) throws ErrnoException {
    long calls = 0;
    long left = bytes;
    while (left > 0) {
      long most = Math.min(left, SpliceMover.PIPE_BYTES);
      left -= CopyMover.checked("splice", pipe.fillFrom(in, most));
      calls++;
      while (pipe.bytes() > 0) {
        long count = CopyMover.checked("tee", pipe.teeTo(duplicate, pipe.bytes()));
        calls += 1 + SpliceMover.drain(duplicate, devNull);
        while (count > 0) {
          count -= CopyMover.checked("splice", pipe.drainTo(out, count));
          calls++;
        }
      }
    }
    return calls;
  }

  @Override
  public void close() {
    pipe.close();
    duplicate.close();
    syscalls.close(devNull);
  }

  static int openFile(Syscalls syscalls, String path, int flags) throws ErrnoException {
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    NativeMemory memory = NativeMemory.allocate(bytes.length + 1);
    memory.buffer().put(0, bytes);
    int fd = syscalls.open(memory.address(), flags | Linux.O_CLOEXEC, 0);
    // The memory is in use until here.
    assert memory.buffer().get(bytes.length) == 0 : "a path without its end";
    return ErrnoException.check("open", fd, path);
  }
}
