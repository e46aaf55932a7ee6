package io.sluice.linux;

import java.io.IOException;

/** Splices to a connection that its peer has reset, and ends with 0; run by {@link PipeTest}. */
final class SigpipeChild {
  private SigpipeChild() {}

  public static void main(String[] args) throws IOException {
    Syscalls sys = LinuxSyscalls.open();
    try (TcpPair tcp = new TcpPair(sys);
        RawPipe source = new RawPipe(sys, Linux.O_CLOEXEC | Linux.O_NONBLOCK);
        Pipe pipe = Pipe.create(sys, 65536)) {
      source.write("lost");
      pipe.fillFrom(source.readEnd.raw(), 4);
      tcp.resetByClient();
      pipe.drainTo(tcp.server.raw(), 4);
      long broken = pipe.drainTo(tcp.server.raw(), 4);
      if (broken != -Errno.EPIPE) {
        throw new AssertionError("expected EPIPE and SIGPIPE but got " + broken);
      }
    }
  }
}
