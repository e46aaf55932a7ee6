package io.sluice.transport.epoll;

import io.sluice.config.SourceAddress;
import io.sluice.linux.Errno;
import io.sluice.linux.Linux;
import io.sluice.linux.NativeMemory;
import io.sluice.linux.SockAddr;
import io.sluice.linux.Syscalls;
import io.sluice.transport.SourceSocket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Gives sockets the source that is asked for, before they connect. One thread at a time: each
 * poller has its own.
 *
 * <p>A port of a range is taken by trying: the range of a socket's own (IP_LOCAL_PORT_RANGE) holds
 * only within the range of the whole system, and is ignored outside of it. Each poller begins
 * somewhere in the range and goes on where it stopped, so that few attempts are in vain.
 */
final class SourceBinding {
  /** Ports that are tried for one connection; each costs a system call. */
  private static final int TRIES_MAX = 4096;

  private static final int NAME_AT = SockAddr.MAX_LENGTH;
  private static final int NAME_BYTES = 16;
  private static final int INT_AT = NAME_AT + NAME_BYTES;

  private final Syscalls sys;
  private final NativeMemory memory = NativeMemory.allocate(INT_AT + Integer.BYTES);
  private int next = ThreadLocalRandom.current().nextInt(1 << 16);

  SourceBinding(Syscalls sys) {
    this.sys = sys;
  }

  /** Binds {@code fd}, which is to connect to {@code target}; 0 or {@code -errno}. */
  int bind(int fd, SockAddr target, SourceAddress source) {
    if (target.isUnix()) {
      return 0;
    }
    if (!source.networkInterface().isEmpty()) {
      byte[] name = source.networkInterface().getBytes(StandardCharsets.UTF_8);
      memory.buffer().put(NAME_AT, name, 0, Math.min(name.length, NAME_BYTES));
      int result =
          sys.setsockopt(
              fd,
              Linux.SOL_SOCKET,
              Linux.SO_BINDTODEVICE,
              memory.address() + NAME_AT,
              Math.min(name.length, NAME_BYTES));
      if (result < 0) {
        return result;
      }
    }
    if (source.transparent()) {
      boolean v6 = target.family() == Linux.AF_INET6;
      int result =
          v6
              ? set(fd, Linux.SOL_IPV6, Linux.IPV6_TRANSPARENT)
              : set(fd, Linux.SOL_IP, Linux.IP_TRANSPARENT);
      if (result < 0) {
        return result;
      }
    }
    return source.address().isEmpty() && source.firstPort() == 0
        ? 0
        : bindAddress(fd, target, source);
  }

  private int bindAddress(int fd, SockAddr target, SourceAddress source) {
    if (!SourceSocket.fits(source, target)) {
      return -Errno.EAFNOSUPPORT;
    }
    if (source.firstPort() == 0) {
      // The port is chosen by connect(2), which knows that one port may go to many servers.
      set(fd, Linux.SOL_IP, Linux.IP_BIND_ADDRESS_NO_PORT);
      return bind(fd, SourceSocket.address(source, target, 0));
    }
    int ports = source.lastPort() - source.firstPort() + 1;
    for (int tries = Math.min(ports, TRIES_MAX); tries > 0; tries--) {
      int port = source.firstPort() + Math.floorMod(next++, ports);
      int result = bind(fd, SourceSocket.address(source, target, port));
      if (result != -Errno.EADDRINUSE) {
        return result;
      }
    }
    return -Errno.EADDRNOTAVAIL;
  }

  private int bind(int fd, SockAddr address) {
    return sys.bind(fd, memory.address(), address.encode(memory.buffer()));
  }

  private int set(int fd, int level, int option) {
    memory.buffer().putInt(INT_AT, 1);
    return sys.setsockopt(fd, level, option, memory.address() + INT_AT, Integer.BYTES);
  }
}
