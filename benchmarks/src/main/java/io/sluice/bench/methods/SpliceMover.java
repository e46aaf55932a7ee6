package io.sluice.bench.methods;

import io.sluice.linux.ErrnoException;
import io.sluice.linux.Pipe;
import io.sluice.linux.Syscalls;

/** splice(2) into a pipe of 1 MiB and out of it. */
final class SpliceMover implements Mover {

  static final int PIPE_BYTES = 1 << 20;

  private final Pipe pipe;

  SpliceMover(Syscalls syscalls) throws ErrnoException {
    pipe = openPipe(syscalls);
  }

  @Override
  public long move(int in, long position, int out, long bytes) throws ErrnoException {
    long calls = 0;
    long left = bytes;
    while (left > 0) {
      left -= CopyMover.checked("splice", pipe.fillFrom(in, Math.min(left, PIPE_BYTES)));
      calls += 1 + drain(pipe, out);
    }
    return calls;
  }

  @Override
  public void close() {
    pipe.close();
  }

  static Pipe openPipe(Syscalls syscalls) throws ErrnoException {
    Pipe pipe = Pipe.create(syscalls, PIPE_BYTES);
    ErrnoException.check("pipe2", -pipe.errno(), "");
    return pipe;
  }

  /** Empties a pipe; returns the number of calls. */
  static long drain(Pipe pipe, int out) throws ErrnoException {
    long calls = 0;
    while (pipe.bytes() > 0) {
      CopyMover.checked("splice", pipe.drainTo(out, pipe.bytes()));
      calls++;
    }
    return calls;
  }
}
