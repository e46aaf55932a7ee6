package io.sluice.bench.load;

import io.sluice.linux.Errno;
import io.sluice.linux.ErrnoException;
import io.sluice.linux.Linux;
import io.sluice.linux.LinuxSyscalls;
import io.sluice.linux.NativeMemory;
import io.sluice.linux.SockAddr;
import io.sluice.linux.Syscalls;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * Where the bulk bytes of one connection end: in the kernel, which drops them uncopied (recv(2)
 * with MSG_TRUNC, see tcp(7)), or in a buffer that nobody looks at where system calls cannot be
 * made. Used by the connection's loop only, while its channel is open.
 */
final class Sink {

  private static final int PIECE_BYTES = 1 << 20;
  private static final Syscalls SYSCALLS = openSyscalls();
  private static final ThreadLocal<ByteBuffer> BUFFERS =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(PIECE_BYTES));

  private final SocketChannel channel;
  private final int fd;

  private Sink(SocketChannel channel, int fd) {
    this.channel = channel;
    this.fd = fd;
  }

  /** The sink of a connected channel. */
  static Sink of(SocketChannel channel) throws IOException {
    return new Sink(channel, SYSCALLS == null ? -1 : descriptor(channel));
  }

  /** For the report: how bytes are discarded here. */
  static String way() {
    return SYSCALLS == null ? "read(2)" : "recv(2) with MSG_TRUNC";
  }

  /** Discards what has arrived: the number of bytes, 0 when there was nothing, −1 at the end. */
  long discard() throws IOException {
    if (fd < 0) {
      return channel.read(BUFFERS.get().clear());
    }
    long count = SYSCALLS.recv(fd, 0, PIECE_BYTES, Linux.MSG_TRUNC);
    if (count > 0) {
      return count;
    } else if (count == 0) {
      return -1;
    } else if (Errno.wouldBlock(count) || count == -Errno.EINTR) {
      return 0;
    }
    throw new ErrnoException("recv", (int) -count, channel.toString());
  }

  /**
   * The descriptor behind a channel, which the JDK does not tell: the one of our descriptors whose
   * two ports are the channel's. −1 when it is not found.
   */
  private static int descriptor(SocketChannel channel) throws IOException {
    int localPort = ((InetSocketAddress) channel.getLocalAddress()).getPort();
    int remotePort = ((InetSocketAddress) channel.getRemoteAddress()).getPort();
    NativeMemory memory = NativeMemory.allocate(SockAddr.MAX_LENGTH + Integer.BYTES);
    String[] names = new File("/proc/self/fd").list();
    for (String name : names == null ? new String[0] : names) {
      int fd = Integer.parseInt(name);
      if (port(fd, memory, false) == localPort && port(fd, memory, true) == remotePort) {
        return fd;
      }
    }
    return -1;
  }

  /** The port of one end of a socket; −1 when it is no internet socket or not connected. */
  private static int port(int fd, NativeMemory memory, boolean peer) {
    long address = memory.address();
    long lengthAddress = address + SockAddr.MAX_LENGTH;
    memory.buffer().putInt(SockAddr.MAX_LENGTH, SockAddr.MAX_LENGTH);
    int result =
        peer
            ? SYSCALLS.getpeername(fd, address, lengthAddress)
            : SYSCALLS.getsockname(fd, address, lengthAddress);
    if (result < 0) {
      return -1;
    }
    // The family in native order, then the port in network order, in IPv4 and IPv6 alike: ip(7).
    ByteBuffer socket = memory.buffer();
    return switch (socket.getShort(0)) {
      case Linux.AF_INET, Linux.AF_INET6 -> (socket.get(2) & 0xff) << 8 | (socket.get(3) & 0xff);
      default -> -1;
    };
  }

  private static Syscalls openSyscalls() {
    try {
      return LinuxSyscalls.open();
    } catch (IOException noNativeAccess) {
      return null;
    }
  }
}
