package io.sluice.bench.methods;

import io.sluice.linux.ErrnoException;
import io.sluice.linux.Syscalls;

/** sendfile(2), which hands the page cache's pages to the socket. */
final class SendfileMover implements Mover {

  private final Syscalls syscalls;

  SendfileMover(Syscalls syscalls) {
    this.syscalls = syscalls;
  }

  @Override
  public long move(int in, long position, int out, long bytes) throws ErrnoException {
    long calls = 0;
    long left = bytes;
    while (left > 0) {
      left -= CopyMover.checked("sendfile", syscalls.sendfile(out, in, left));
      calls++;
    }
    return calls;
  }

  @Override
  public void close() {}
}
