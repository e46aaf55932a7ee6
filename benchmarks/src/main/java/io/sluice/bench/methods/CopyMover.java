package io.sluice.bench.methods;

import io.sluice.linux.Errno;
import io.sluice.linux.ErrnoException;
import io.sluice.linux.NativeMemory;
import io.sluice.linux.Syscalls;

/** read(2) into a buffer, write(2) out of it. */
final class CopyMover implements Mover {

  private final Syscalls syscalls;
  private final NativeMemory buffer;

  CopyMover(Syscalls syscalls, int bufferBytes) {
    this.syscalls = syscalls;
    this.buffer = NativeMemory.allocate(bufferBytes);
  }

  @Override
  public long move(int in, long position, int out, long bytes) throws ErrnoException {
    long calls = 0;
    long left = bytes;
    while (left > 0) {
      long count =
          checked("read", syscalls.read(in, buffer.address(), Math.min(left, buffer.bytes())));
      calls += 1 + writeAll(syscalls, out, buffer.address(), count);
      left -= count;
    }
    return calls;
  }

  @Override
  public void close() {}

  /** write(2) until everything is out; returns the number of calls. */
  static long writeAll(Syscalls syscalls, int out, long address, long bytes) throws ErrnoException {
    long calls = 0;
    long done = 0;
    while (done < bytes) {
      done += checked("write", syscalls.write(out, address + done, bytes - done));
      calls++;
    }
    return calls;
  }

  /** More than 0, or an exception: nothing here ends before it is done. */
  static long checked(String call, long result) throws ErrnoException {
    if (result <= 0) {
      throw new ErrnoException(call, result == 0 ? Errno.EPIPE : (int) -result);
    }
    return result;
  }
}
