package io.sluice.app.replay;

import io.sluice.linux.SelfTest;
import io.sluice.linux.SockAddr;
import io.sluice.linux.Syscalls;
import java.io.IOException;

/** The server to replay to, and the way to it. Usable by any thread. */
public final class Target {
  private final SockAddr address;

  /** Null without native calls. */
  private final Syscalls syscalls;

  private Target(SockAddr address, Syscalls syscalls) {
    this.address = address;
    this.syscalls = syscalls;
  }

  /** The best way that this machine has; about 150 ms. */
  public static Target auto(SockAddr address) {
    return new Target(address, SelfTest.run().syscalls());
  }

  /**
   * By native calls.
   *
   * @throws IOException when they do not work here
   */
  public static Target epoll(SockAddr address) throws IOException {
    SelfTest.Result test = SelfTest.run();
    if (!test.ok()) {
      throw new IOException("transport epoll does not work here: " + test.reason());
    }
    return new Target(address, test.syscalls());
  }

  /** By the JDK's channels. */
  public static Target nio(SockAddr address) {
    return new Target(address, null);
  }

  Wire connect(long timeoutNs) throws IOException {
    return syscalls == null
        ? ChannelWire.connect(address, timeoutNs)
        : NativeWire.connect(syscalls, address, timeoutNs);
  }
}
