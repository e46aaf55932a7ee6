package io.sluice.app.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds out whether stderr goes to systemd's journal: systemd.exec(5), JOURNAL_STREAM. */
final class Journal {
  private static final Path STDERR = Path.of("/proc/self/fd/2");

  private Journal() {}

  /**
   * Whether stderr is the stream that {@code JOURNAL_STREAM} names. The variable alone proves
   * nothing: children inherit it even when their stderr is a terminal or a file.
   *
   * @param journalStream {@code device:inode} in decimal, or null
   */
  static boolean isStderr(String journalStream) {
    return isStream(journalStream, STDERR);
  }

  static boolean isStream(String journalStream, Path file) {
    if (journalStream == null) {
      return false;
    }
    try {
      Object device = Files.getAttribute(file, "unix:dev");
      Object inode = Files.getAttribute(file, "unix:ino");
      return journalStream.equals(device + ":" + inode);
    } catch (IOException | RuntimeException e) {
      return false; // No /proc, not a UNIX: then no journal either.
    }
  }
}
