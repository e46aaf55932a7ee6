package io.sluice.systemd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import jnr.unixsocket.UnixDatagramChannel;
import jnr.unixsocket.UnixSocketAddress;

/**
 * The journal's socket for entries with fields, of which each is one datagram.
 *
 * <p>Invariant: sending neither throws nor blocks. What cannot be sent is for another way, such as
 * stderr. One thread.
 */
public final class JournalSocket implements AutoCloseable {

  /** Where systemd-journald.service(8) has it. */
  public static final Path PATH = Path.of("/run/systemd/journal/socket");

  private final UnixSocketAddress address;
  private UnixDatagramChannel channel;

  private JournalSocket(Path path) {
    address = new UnixSocketAddress(path.toFile());
  }

  /** The one at {@code path}, if there is one. */
  public static Optional<JournalSocket> at(Path path) {
    return Files.exists(path) ? Optional.of(new JournalSocket(path)) : Optional.empty();
  }

  /**
   * Sends an entry.
   *
   * @return false where it cannot: nobody listens, the queue is full, the entry is too long for a
   *     datagram, or sockets do not work here
   */
  public boolean send(JournalEntry entry) {
    try {
      if (channel == null) {
        channel = UnixDatagramChannel.open();
        // Not blocking: a journal that is slow must not hold the writer up.
        channel.configureBlocking(false);
      }
      return channel.send(entry.datagram(), address) > 0;
    } catch (IOException | RuntimeException | LinkageError e) {
      return false;
    }
  }

  @Override
  public void close() {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // It is gone all the same: close(2).
      }
    }
  }
}
