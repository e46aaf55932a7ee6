package io.sluice.bench.jmh;

import io.sluice.linux.ErrnoException;
import io.sluice.linux.Linux;
import io.sluice.linux.NativeMemory;
import io.sluice.linux.SockAddr;
import io.sluice.linux.Syscalls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** A non-blocking socket of ours, connected over loopback to a channel of the JDK's. */
final class LoopbackPair implements AutoCloseable {

  private final Syscalls syscalls;
  private final int near;
  private final SocketChannel far;

  private LoopbackPair(Syscalls syscalls, int near, SocketChannel far) {
    this.syscalls = syscalls;
    this.near = near;
    this.far = far;
  }

  static LoopbackPair open(Syscalls syscalls) throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocketChannel listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(loopback, 0));
      NativeMemory memory = NativeMemory.allocate(SockAddr.MAX_LENGTH);
      int length =
          SockAddr.inet(loopback, listener.socket().getLocalPort()).encode(memory.buffer());
      int type = Linux.SOCK_STREAM | Linux.SOCK_CLOEXEC;
      int near = ErrnoException.check("socket", syscalls.socket(Linux.AF_INET, type, 0), "");
      ErrnoException.check("connect", syscalls.connect(near, memory.address(), length), "");
      int status = syscalls.fcntl(near, Linux.F_SETFL, Linux.O_NONBLOCK);
      ErrnoException.check("fcntl", status, "");
      return new LoopbackPair(syscalls, near, listener.accept());
    }
  }

  int near() {
    return near;
  }

  @Override
  public void close() {
    syscalls.close(near);
    try {
      far.close();
    } catch (IOException e) {
      throw new IllegalStateException("the far end", e);
    }
  }
}
