package io.sluice.systemd;

import io.sluice.linux.ErrnoException;
import io.sluice.linux.Fd;
import io.sluice.linux.Linux;
import io.sluice.linux.LinuxSyscalls;
import io.sluice.linux.RightsMessage;
import io.sluice.linux.SockAddr;
import io.sluice.linux.Syscalls;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import jnr.unixsocket.UnixDatagramChannel;
import jnr.unixsocket.UnixSocketAddress;

/**
 * The datagram socket of sd_notify(3): each message is one datagram of {@code KEY=value} lines.
 *
 * <p>Invariant: no method throws. The socket may vanish at any time (the manager is being
 * re-executed, a container took it away); that is said once and then ignored.
 */
final class NotifySocket implements NotifyChannel {
  private final String address;
  private final Consumer<String> warnings;
  private final AtomicBoolean warned = new AtomicBoolean();

  /**
   * @param address as in {@code NOTIFY_SOCKET}: an absolute path, or {@code @} and a name in the
   *     abstract name space
   */
  NotifySocket(String address, Consumer<String> warnings) {
    this.address = address;
    this.warnings = warnings;
  }

  @Override
  public void send(String message) {
    attempt(() -> datagram(ByteBuffer.wrap(message.getBytes(StandardCharsets.UTF_8))));
  }

  @Override
  public void send(String message, int descriptor) {
    attempt(() -> datagram(message, descriptor));
  }

  private interface Attempt {
    void run() throws IOException;
  }

  private void attempt(Attempt attempt) {
    try {
      if (!address.startsWith("/") && !address.startsWith("@")) {
        throw new IOException("neither a path nor an abstract name");
      }
      attempt.run();
    } catch (IOException | RuntimeException | LinkageError e) {
      if (warned.compareAndSet(false, true)) {
        warnings.accept(
            "cannot notify the service manager at NOTIFY_SOCKET="
                + address
                + " ("
                + ServiceManager.oneLine(String.valueOf(e.getMessage()))
                + "); continuing without");
      }
    }
  }

  /** One channel for each message: few are sent, and nothing is held open in between. */
  private void datagram(ByteBuffer message) throws IOException {
    String name = isAbstract() ? "\0" + address.substring(1) : address;
    try (UnixDatagramChannel channel = UnixDatagramChannel.open()) {
      // Not blocking: a manager whose queue is full must not hold the service up.
      channel.configureBlocking(false);
      // Not connect() and write(): in jnr-unixsocket 0.39 that fails with ENOTCONN.
      channel.send(message, new UnixSocketAddress(name));
    }
  }

  /** jnr-unixsocket cannot pass descriptors. */
  private void datagram(String message, int descriptor) throws IOException {
    Syscalls sys = LinuxSyscalls.open();
    SockAddr to =
        isAbstract() ? SockAddr.unixAbstract(address.substring(1)) : SockAddr.unixPath(address);
    int type = Linux.SOCK_DGRAM | Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC;
    int raw = ErrnoException.check("socket", sys.socket(Linux.AF_UNIX, type, 0), address);
    try (Fd socket = new Fd(sys, raw)) {
      long sent = RightsMessage.send(sys, socket.raw(), to, message, descriptor);
      ErrnoException.check("sendmsg", (int) sent, "");
    }
  }

  private boolean isAbstract() {
    return address.startsWith("@");
  }
}
