package io.sluice.transport.nio;

import io.sluice.transport.BelowPath;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.spi.FileSystemProvider;
import java.util.Set;

/**
 * An open directory in which files are made without following a symbolic link.
 *
 * <p>Invariant: where the platform has {@link SecureDirectoryStream}, as Linux does, a name is
 * looked up in the directory that is open, whatever its path has become meanwhile. Only making a
 * directory goes by path, as the JDK has nothing else: the worst is an empty directory elsewhere,
 * which is then not entered. On other platforms links are looked for first, which leaves a moment
 * for whoever may write there. One thread.
 */
final class NioFolder implements Closeable {

  private static final Set<PosixFilePermission> FOLDER =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
  private static final FileAttribute<?>[] NONE = {};
  private static final Set<OpenOption> CREATE =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

  private static final Object RENAMING = new Object();

  private final Path path;

  /** Null where names have to be looked up by path. */
  private final SecureDirectoryStream<Path> secure;

  private NioFolder(Path path, SecureDirectoryStream<Path> secure) {
    this.path = path;
    this.secure = secure;
  }

  /** The folder of {@code where}, made if there is none. */
  static NioFolder enter(BelowPath where) throws IOException {
    return enter(where, true);
  }

  /** {@code maySecure} false stands for a platform that has no {@link SecureDirectoryStream}. */
  static NioFolder enter(BelowPath where, boolean maySecure) throws IOException {
    Path base = where.base();
    FileSystemProvider provider = base.getFileSystem().provider();
    NioFolder folder = of(base, provider.newDirectoryStream(base, entry -> true), maySecure);
    for (String name : where.folders()) {
      try (NioFolder outer = folder) {
        folder = outer.enter(name);
      }
    }
    return folder;
  }

  private static NioFolder of(Path path, DirectoryStream<Path> stream, boolean maySecure)
      throws IOException {
    if (maySecure && stream instanceof SecureDirectoryStream<Path> secure) {
      return new NioFolder(path, secure);
    }
    stream.close();
    return new NioFolder(path, null);
  }

  private NioFolder enter(String name) throws IOException {
    Path inner = path.resolve(name);
    try {
      return open(inner);
    } catch (NoSuchFileException e) {
      try {
        Files.createDirectory(inner, permissions(FOLDER));
      } catch (FileAlreadyExistsException another) {
        // Another thread's is as good.
      }
      return open(inner);
    }
  }

  private NioFolder open(Path inner) throws IOException {
    if (secure != null) {
      DirectoryStream<Path> stream =
          secure.newDirectoryStream(inner.getFileName(), LinkOption.NOFOLLOW_LINKS);
      return of(inner, stream, true);
    }
    if (!Files.exists(inner, LinkOption.NOFOLLOW_LINKS)) {
      throw new NoSuchFileException(inner.toString());
    }
    if (!Files.isDirectory(inner, LinkOption.NOFOLLOW_LINKS)) {
      throw new NotDirectoryException(inner.toString());
    }
    return new NioFolder(inner, null);
  }

  /** Makes the file {@code name} and opens it for writing. */
  SeekableByteChannel create(String name) throws IOException {
    return secure != null
        ? secure.newByteChannel(Path.of(name), CREATE, permissions(FILE))
        : Files.newByteChannel(path.resolve(name), CREATE, permissions(FILE));
  }

  /**
   * Gives {@code from} another name, unless there is anything of that name. The JDK's move replaces
   * without a word, so the name is looked at first; no other thread of this process comes between,
   * another process could.
   */
  void rename(String from, String to) throws IOException {
    synchronized (RENAMING) {
      if (exists(to)) {
        throw new FileAlreadyExistsException(path.resolve(to).toString());
      }
      if (secure != null) {
        secure.move(Path.of(from), secure, Path.of(to));
      } else {
        Path target = path.resolve(to);
        Files.move(path.resolve(from), target, StandardCopyOption.ATOMIC_MOVE);
      }
    }
  }

  private boolean exists(String name) throws IOException {
    if (secure == null) {
      return Files.exists(path.resolve(name), LinkOption.NOFOLLOW_LINKS);
    }
    try {
      secure
          .getFileAttributeView(
              Path.of(name), BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
          .readAttributes();
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Removes the file or link {@code name}, if there is one. */
  void remove(String name) throws IOException {
    try {
      if (secure != null) {
        secure.deleteFile(Path.of(name));
      } else {
        Files.delete(path.resolve(name));
      }
    } catch (NoSuchFileException e) {
      // Then it is not there, which is what was asked for.
    }
  }

  @Override
  public void close() throws IOException {
    if (secure != null) {
      secure.close();
    }
  }

  private FileAttribute<?>[] permissions(Set<PosixFilePermission> wanted) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(wanted)}
        : NONE;
  }
}
