package io.sluice.transport;

import io.sluice.config.UnixFile;
import io.sluice.linux.SockAddr;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/**
 * The path of a listening UNIX socket that this process has bound: a name in the file system that
 * the kernel leaves behind when its socket is gone.
 *
 * <p>Invariant: only a path that still names the very file seen before is removed (device and inode
 * are compared), so that neither a successor's socket nor a file put there by hand is lost. While
 * our socket is open the kernel keeps its inode from being used again.
 *
 * <p>Any thread.
 */
public final class UnixPath {
  private static final String PREFIX = "unix:";

  private final Path path;
  private final Object fileKey;

  private UnixPath(Path path, Object fileKey) {
    this.path = path;
    this.fileKey = fileKey;
  }

  /** Whether {@code address} has a path, which sockets in the abstract name space have not. */
  public static boolean isPath(SockAddr address) {
    return address.toString().startsWith(PREFIX + "/");
  }

  /** The path of an address that {@link #isPath has one}. */
  public static Path of(SockAddr address) {
    return Path.of(address.toString().substring(PREFIX.length()));
  }

  /**
   * Removes the socket that a dead process left at {@code path}, if there is one.
   *
   * @return true when something was removed, false when there was nothing
   * @throws IOException when {@code path} must not be touched: a process still listens there, it is
   *     not a socket, or it cannot be found out
   */
  public static boolean removeIfDead(Path path) throws IOException {
    BasicFileAttributes before;
    try {
      before = attributes(path);
    } catch (NoSuchFileException e) {
      return false;
    }
    if (!before.isOther()) {
      throw refused(path, "it exists and is not a socket", null);
    }
    if (isAnswered(path)) {
      throw refused(path, "a process still listens there; stop it or choose another path", null);
    }
    // Another process that starts at the same moment may have put its own socket there meanwhile.
    if (!Objects.equals(before.fileKey(), attributes(path).fileKey())) {
      throw refused(path, "another process is taking this path now", null);
    }
    return Files.deleteIfExists(path);
  }

  /** Remembers which file is at {@code path}, to be called right after bind. */
  public static UnixPath bound(Path path) throws IOException {
    return new UnixPath(path, attributes(path).fileKey());
  }

  /** Device and inode, as text: no two sockets that are open have the same. */
  public String identity() {
    return String.valueOf(fileKey);
  }

  /**
   * Sets who may connect. To be called before the socket listens: until then the kernel refuses
   * everybody.
   *
   * @throws IOException with what is missing: a user, a group, a capability
   */
  public void apply(UnixFile file) throws IOException {
    PosixFileAttributeView view =
        Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    UserPrincipalLookupService accounts = path.getFileSystem().getUserPrincipalLookupService();
    try {
      if (!file.owner().isEmpty()) {
        view.setOwner(accounts.lookupPrincipalByName(file.owner()));
      }
      if (!file.group().isEmpty()) {
        view.setGroup(accounts.lookupPrincipalByGroupName(file.group()));
      }
      if (file.mode() >= 0) {
        Files.setPosixFilePermissions(path, permissions(file.mode()));
      }
    } catch (UserPrincipalNotFoundException e) {
      throw refused(path, "there is no user or group " + e.getName(), e);
    } catch (FileSystemException e) {
      String who = file.owner() + (file.group().isEmpty() ? "" : ":" + file.group());
      throw refused(
          path,
          "it cannot be given to " + who + ": " + e.getReason() + "; that needs CAP_CHOWN",
          e);
    }
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    PosixFilePermission[] fromTheLeft = PosixFilePermission.values(); // rwx of owner, group, others
    Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
    for (PosixFilePermission each : fromTheLeft) {
      if ((mode >> (fromTheLeft.length - 1 - each.ordinal()) & 1) == 1) {
        set.add(each);
      }
    }
    return set;
  }

  /**
   * Removes the path if it is still the file that {@link #bound} saw. To be called before the
   * socket is closed: afterwards its inode may be used again.
   *
   * @return whether it was removed
   */
  public boolean removeIfOurs() {
    try {
      return Objects.equals(fileKey, attributes(path).fileKey()) && Files.deleteIfExists(path);
    } catch (IOException e) {
      return false; // Gone, or in a directory that is no longer ours: the next start sorts it out.
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }

  private static boolean isAnswered(Path path) throws IOException {
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      // Not blocking: a full queue must not hold us up.
      probe.configureBlocking(false);
      probe.connect(UnixDomainSocketAddress.of(path));
      return true;
    } catch (ConnectException e) {
      return false;
    } catch (IOException e) {
      if (e.getMessage() != null && e.getMessage().contains("temporarily unavailable")) {
        return true; // EAGAIN: somebody listens, and the queue is full.
      }
      throw refused(path, "cannot find out whether it is in use: " + e.getMessage(), e);
    }
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  private static IOException refused(Path path, String reason, Throwable cause) {
    return new IOException("cannot listen on unix:" + path + ": " + reason, cause);
  }
}
