package io.sluice.transport;

import io.sluice.linux.SockAddr;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * The file of a listening UNIX socket: bind(2) makes it and nothing but unlink(2) takes it away, so
 * a process that dies leaves it behind (unix(7)).
 *
 * <p>Invariant: only a socket to which nobody listens is removed before binding, and only the file
 * that we made is removed after.
 */
public final class UnixPath {
  private final Path path;

  /** Identity of the file that we made; null before {@link #claim}. */
  private Object fileKey;

  private UnixPath(Path path) {
    this.path = path;
  }

  /** The path of {@code address}; null for an abstract name, which has no file. */
  public static UnixPath of(SockAddr address) {
    String text = address.toString();
    return text.startsWith("unix:/") ? new UnixPath(Path.of(text.substring(5))) : null;
  }

  /**
   * Makes way for bind(2).
   *
   * @throws IOException when a process listens there, or the file is something else than a socket
   */
  public void removeIfDead() throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!attributes().isOther()) {
      throw new IOException(
          "cannot listen on unix:"
              + path
              + ": the file is not a socket; remove it or choose"
              + " another path");
    }
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      probe.configureBlocking(false);
      probe.connect(UnixDomainSocketAddress.of(path));
    } catch (ConnectException e) {
      Files.deleteIfExists(path);
      return;
    } catch (IOException e) {
      // A full backlog (EAGAIN) or no permission to connect: somebody is there.
    }
    throw new IOException(
        "cannot listen on unix:"
            + path
            + ": a process listens there (ss -lxp shows which); stop it"
            + " or choose another path");
  }

  /** Remembers the file that bind(2) has just made as ours. */
  public void claim() throws IOException {
    fileKey = attributes().fileKey();
  }

  /** Removes the file if it is still the one that we made. */
  public void removeIfOurs() {
    try {
      if (fileKey != null && fileKey.equals(attributes().fileKey())) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      // Gone, or no longer ours to remove: the next start finds out.
      return;
    }
  }

  private BasicFileAttributes attributes() throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }
}
