package io.sluice.transport.nio;

import io.sluice.linux.Errno;
import io.sluice.transport.BelowPath;
import io.sluice.transport.OutputFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/**
 * A file on a channel of the JDK.
 *
 * <p>Invariant: {@code position} is the channel's own and the length of the file. Every exception
 * names the file and says what strerror(3) would, since the JDK's say one or the other. An
 * interrupted thread loses its channels: the thread that writes must not be interrupted.
 */
final class NioOutputFile implements OutputFile {

  private final SeekableByteChannel channel;
  private BelowPath where;
  private long position;

  private NioOutputFile(SeekableByteChannel channel, BelowPath where) {
    this.channel = channel;
    this.where = where;
  }

  /** See {@link io.sluice.transport.Transport#createFile}. */
  static NioOutputFile create(BelowPath where) throws IOException {
    try {
      where.makeBase();
      try (NioFolder folder = NioFolder.enter(where)) {
        return new NioOutputFile(folder.create(where.file()), where);
      }
    } catch (IOException e) {
      throw told("create", where, e);
    }
  }

  /** See {@link io.sluice.transport.Transport#rotateFile}. */
  static void rotate(BelowPath where, int keep) throws IOException {
    try (NioFolder folder = NioFolder.enter(where)) {
      folder.remove(where.rotated(keep));
      for (int number = keep - 1; number >= 0; number--) {
        try {
          folder.rename(where.rotated(number), where.rotated(number + 1));
        } catch (NoSuchFileException e) {
          // There were fewer.
        }
      }
    } catch (IOException e) {
      throw told("rename", where, e);
    }
  }

  @Override
  public void write(ByteBuffer bytes) throws IOException {
    try {
      while (bytes.hasRemaining()) {
        position += channel.write(bytes);
      }
    } catch (IOException e) {
      // What a failed call had written is not told by the exception, but the channel knows.
      position = positionAfterFailure();
      throw told("write", where, e);
    }
  }

  private long positionAfterFailure() {
    try {
      return channel.position();
    } catch (IOException e) {
      return position;
    }
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public void truncate(long length) throws IOException {
    try {
      channel.truncate(length).position(length);
      position = length;
    } catch (IOException e) {
      throw told("truncate", where, e);
    }
  }

  @Override
  public void rename(String name) throws IOException {
    BelowPath renamed = where.withFile(name);
    try (NioFolder folder = NioFolder.enter(where)) {
      folder.rename(where.file(), name);
    } catch (IOException e) {
      throw told("rename", renamed, e);
    }
    where = renamed;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  @Override
  public String toString() {
    return where.toString();
  }

  private static IOException told(String call, BelowPath where, IOException failure) {
    if (failure instanceof FileAlreadyExistsException) {
      return new FileAlreadyExistsException(where.toString());
    }
    String path = where.toString();
    String reason = failure.getMessage();
    if (failure instanceof FileSystemException known) {
      String at = known.getFile();
      // In an open directory the JDK knows the name alone.
      boolean elsewhere = at != null && !path.endsWith(at);
      reason = (elsewhere ? at + ": " : "") + reason(known);
    }
    return new IOException(call + " " + path + ": " + reason, failure);
  }

  /** The JDK turns some errors into classes and drops their text. */
  private static String reason(FileSystemException failure) {
    if (failure.getReason() != null) {
      return failure.getReason();
    }
    if (failure instanceof AccessDeniedException) {
      return Errno.text(Errno.EACCES);
    }
    if (failure instanceof NoSuchFileException) {
      return Errno.text(Errno.ENOENT);
    }
    if (failure instanceof NotDirectoryException) {
      return Errno.text(Errno.ENOTDIR);
    }
    return failure.getClass().getSimpleName();
  }
}
