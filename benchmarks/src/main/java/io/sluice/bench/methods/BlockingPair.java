package io.sluice.bench.methods;

import io.sluice.linux.ErrnoException;
import io.sluice.linux.Linux;
import io.sluice.linux.NativeMemory;
import io.sluice.linux.SockAddr;
import io.sluice.linux.Syscalls;
import java.net.InetAddress;

/** Two connected TCP sockets on loopback, both blocking. */
final class BlockingPair implements AutoCloseable {

  private final Syscalls syscalls;
  private final int near;
  private final int far;

  BlockingPair(Syscalls syscalls) throws ErrnoException {
    this.syscalls = syscalls;
    NativeMemory memory = NativeMemory.allocate(SockAddr.MAX_LENGTH + Integer.BYTES);
    long address = memory.address();
    int length = SockAddr.inet(InetAddress.getLoopbackAddress(), 0).encode(memory.buffer());
    int listener = socket();
    try {
      ErrnoException.check("bind", syscalls.bind(listener, address, length), "");
      ErrnoException.check("listen", syscalls.listen(listener, 1), "");
      memory.buffer().putInt(SockAddr.MAX_LENGTH, length);
      int named = syscalls.getsockname(listener, address, address + SockAddr.MAX_LENGTH);
      ErrnoException.check("getsockname", named, "");
      near = socket();
      ErrnoException.check("connect", syscalls.connect(near, address, length), "");
      far =
          ErrnoException.check("accept4", syscalls.accept4(listener, 0, 0, Linux.SOCK_CLOEXEC), "");
    } finally {
      syscalls.close(listener);
    }
    noDelay(memory, near);
    noDelay(memory, far);
  }

  int near() {
    return near;
  }

  int far() {
    return far;
  }

  /** Ends whoever waits on one of the two. */
  void shutdown() {
    syscalls.shutdown(near, Linux.SHUT_RDWR);
    syscalls.shutdown(far, Linux.SHUT_RDWR);
  }

  @Override
  public void close() {
    syscalls.close(near);
    syscalls.close(far);
  }

  private int socket() throws ErrnoException {
    int type = Linux.SOCK_STREAM | Linux.SOCK_CLOEXEC;
    return ErrnoException.check("socket", syscalls.socket(Linux.AF_INET, type, 0), "");
  }

  private void noDelay(NativeMemory memory, int fd) throws ErrnoException {
    memory.buffer().putInt(0, 1);
    int set =
        syscalls.setsockopt(fd, Linux.SOL_TCP, Linux.TCP_NODELAY, memory.address(), Integer.BYTES);
    ErrnoException.check("setsockopt", set, "TCP_NODELAY");
  }
}
