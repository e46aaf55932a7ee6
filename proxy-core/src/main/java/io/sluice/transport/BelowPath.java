package io.sluice.transport;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * Where a file is to be made: a directory that is trusted, and the names from there on, which are
 * not.
 *
 * <p>Invariant: no name is empty, {@code .} or {@code ..}, and none holds a slash or NUL: nothing
 * leads out of {@code base} but a symbolic link, and those are not followed.
 *
 * @param base the trusted directory
 * @param folders names of the directories below it, the outermost first; may be empty
 * @param file the name of the file in the last of them
 */
public record BelowPath(Path base, List<String> folders, String file) {

  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private static final FileAttribute<?>[] NONE = {};

  /**
   * Splits {@code below} at its slashes.
   *
   * @throws IllegalArgumentException when it breaks the invariant
   */
  public static BelowPath of(Path base, String below) {
    List<String> names = List.of(below.split("/", -1));
    for (String name : names) {
      if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('\0') >= 0) {
        throw new IllegalArgumentException("not a path below " + base + ": " + below);
      }
    }
    int last = names.size() - 1;
    return new BelowPath(base, names.subList(0, last), names.get(last));
  }

  /** The same place with another file. */
  public BelowPath withFile(String name) {
    return new BelowPath(base, folders, name);
  }

  /** Name of the {@code number}-th old file, 0 for the file itself. */
  public String rotated(int number) {
    return number == 0 ? file : file + "." + number;
  }

  /** For messages and for what follows links. */
  public Path path() {
    return folderPath(folders.size()).resolve(file);
  }

  /** {@code base} and the first {@code count} folders. */
  public Path folderPath(int count) {
    return base.resolve(String.join("/", folders.subList(0, count)));
  }

  /** Makes {@code base} and what leads to it, mode 0700, as far as they do not exist. */
  public void makeBase() throws IOException {
    if (Files.isDirectory(base)) { // createDirectories refuses a link to a directory before JDK 20.
      return;
    }
    boolean posix = base.getFileSystem().supportedFileAttributeViews().contains("posix");
    Files.createDirectories(base, posix ? new FileAttribute<?>[] {OWNER_ONLY} : NONE);
  }

  @Override
  public String toString() {
    return path().toString();
  }
}
