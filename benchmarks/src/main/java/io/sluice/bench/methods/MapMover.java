package io.sluice.bench.methods;

import io.sluice.linux.ErrnoException;
import io.sluice.linux.Linux;
import io.sluice.linux.Syscalls;

/** mmap(2) of the file's piece, write(2) out of it, munmap(2): one mapping for each transfer. */
final class MapMover implements Mover {

  private final Syscalls syscalls;

  MapMover(Syscalls syscalls) {
    this.syscalls = syscalls;
  }

  @Override
  public long move(int in, long position, int out, long bytes) throws ErrnoException {
    long address =
        CopyMover.checked(
            "mmap", syscalls.mmap(bytes, Linux.PROT_READ, Linux.MAP_SHARED, in, position));
    try {
      return 2 + CopyMover.writeAll(syscalls, out, address, bytes);
    } finally {
      syscalls.munmap(address, bytes);
    }
  }

  @Override
  public void close() {}
}
