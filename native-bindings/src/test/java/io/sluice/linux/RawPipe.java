package io.sluice.linux;

import java.nio.charset.StandardCharsets;

/** A pipe of which the test itself writes and reads the ends, as the outside world of a relay. */
final class RawPipe implements AutoCloseable {

  final Fd readEnd;
  final Fd writeEnd;
  private final Syscalls syscalls;
  private final NativeMemory memory = NativeMemory.allocate(1 << 16);

  RawPipe(Syscalls syscalls, int flags) throws ErrnoException {
    this.syscalls = syscalls;
    ErrnoException.check("pipe2", syscalls.pipe2(memory.address(), flags), "in a test");
    readEnd = new Fd(syscalls, memory.buffer().getInt(0));
    writeEnd = new Fd(syscalls, memory.buffer().getInt(Integer.BYTES));
  }

  void write(String ascii) {
    byte[] bytes = ascii.getBytes(StandardCharsets.US_ASCII);
    memory.buffer().put(0, bytes);
    long written = syscalls.write(writeEnd.raw(), memory.address(), bytes.length);
    if (written != bytes.length) {
      throw new AssertionError("write: " + written);
    }
  }

  /** What is in the pipe, or the error as text. */
  String read() {
    long count = syscalls.read(readEnd.raw(), memory.address(), memory.bytes());
    if (count < 0) {
      return Errno.name((int) -count);
    }
    byte[] bytes = new byte[(int) count];
    memory.buffer().get(0, bytes);
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  @Override
  public void close() {
    writeEnd.close();
    readEnd.close();
  }
}
