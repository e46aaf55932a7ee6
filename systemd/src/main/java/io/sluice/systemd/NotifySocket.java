package io.sluice.systemd;

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
final class NotifySocket implements ServiceManager {
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
  public void ready(String status) {
    send("READY=1\nSTATUS=" + oneLine(status));
  }

  @Override
  public void status(String status) {
    send("STATUS=" + oneLine(status));
  }

  @Override
  public void stopping(String status) {
    send("STOPPING=1\nSTATUS=" + oneLine(status));
  }

  private void send(String message) {
    try {
      send(ByteBuffer.wrap(message.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException | RuntimeException | LinkageError e) {
      if (warned.compareAndSet(false, true)) {
        warnings.accept(
            "cannot notify the service manager at NOTIFY_SOCKET="
                + address
                + " ("
                + oneLine(String.valueOf(e.getMessage()))
                + "); continuing without");
      }
    }
  }

  /** One channel for each message: few are sent, and nothing is held open in between. */
  private void send(ByteBuffer message) throws IOException {
    if (!address.startsWith("/") && !address.startsWith("@")) {
      throw new IOException("neither a path nor an abstract name");
    }
    String name = address.startsWith("@") ? "\0" + address.substring(1) : address;
    try (UnixDatagramChannel channel = UnixDatagramChannel.open()) {
      // Not blocking: a manager whose queue is full must not hold the service up.
      channel.configureBlocking(false);
      // Not connect() and write(): in jnr-unixsocket 0.39 that fails with ENOTCONN.
      channel.send(message, new UnixSocketAddress(name));
    }
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s*\\R\\s*", "; ");
  }
}
