package io.sluice.mirror.capture;

import io.sluice.mirror.DetachReason;
import io.sluice.mirror.MirroredSession;
import io.sluice.transport.Backlog;
import io.sluice.transport.BelowPath;
import io.sluice.transport.Direction;
import io.sluice.transport.OutputFile;
import io.sluice.transport.Transport;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.util.EnumMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of one session, one for each direction. What they are called when: {@link FileSink}.
 *
 * <p>Invariant: a file holds the first {@code position} bytes of its stream and nothing else. The
 * writer's thread.
 */
final class FileRecording implements Recording {
  private static final Logger LOG = LoggerFactory.getLogger(FileRecording.class);

  private static final String PART = ".part";

  /** Names that are tried; more of them taken is a mistake in the template. */
  private static final int NAMES_MAX = 10_000;

  private final Transport transport;
  private final FileTarget target;
  private final MirroredSession session;
  private final Map<Direction, Backlog> backlogs;
  private final Map<Direction, OutputFile> files = new EnumMap<>(Direction.class);
  private final Map<Direction, Integer> suffixes = new EnumMap<>(Direction.class);

  FileRecording(Transport transport, FileTarget target, CaptureStreams streams) {
    this.transport = transport;
    this.target = target;
    session = streams.session();
    backlogs = streams.backlogs();
  }

  @Override
  public void opened(long wallNs) throws IOException {
    for (Direction direction : backlogs.keySet()) {
      file(direction);
    }
  }

  @Override
  public void bytes(Direction direction, long bytes, long wallNs) throws IOException {
    OutputFile file = file(direction);
    long room = target.maxBytes() == 0 ? bytes : target.maxBytes() - file.position();
    long taken = Math.min(bytes, room);
    if (taken > 0) {
      backlogs.get(direction).writeTo(file, taken);
    }
    if (taken < bytes) {
      throw new CaptureException(
          DetachReason.MAX_BYTES, file + " has its " + target.maxBytes() + " bytes");
    }
  }

  @Override
  public void ended(Direction direction, boolean byReset, long wallNs) throws IOException {
    OutputFile file = file(direction);
    try {
      if (!byReset) {
        finish(direction, file);
      }
    } finally {
      files.remove(direction);
      file.close();
    }
  }

  @Override
  public void abandon(String why) {
    for (OutputFile file : files.values()) {
      try {
        file.close();
      } catch (IOException e) {
        LOG.warn("{}", e.getMessage());
      }
    }
    files.clear();
  }

  private OutputFile file(Direction direction) throws IOException {
    OutputFile file = files.get(direction);
    if (file == null) {
      file = create(direction);
      files.put(direction, file);
    }
    return file;
  }

  private OutputFile create(Direction direction) throws IOException {
    String below = target.path().below(target.mirror(), session, direction);
    for (int suffix = 0; suffix < NAMES_MAX; suffix++) {
      try {
        suffixes.put(direction, suffix);
        String name = suffixed(below, suffix) + PART;
        return transport.createFile(target.path().base(), name);
      } catch (FileAlreadyExistsException e) {
        // The next one, then.
      }
    }
    throw new IOException(target.path().base().resolve(below) + ": too many of this name");
  }

  private void finish(Direction direction, OutputFile file) throws IOException {
    try {
      renameToFinal(direction, file);
    } catch (IOException e) {
      String whole = "; " + file + " is whole, but keeps that name";
      throw new CaptureException(DetachReason.WRITE, e.getMessage() + whole, e);
    }
  }

  private void renameToFinal(Direction direction, OutputFile file) throws IOException {
    String below = target.path().below(target.mirror(), session, direction);
    String name = BelowPath.of(target.path().base(), below).file();
    for (int suffix = suffixes.get(direction); suffix < NAMES_MAX; suffix++) {
      try {
        file.rename(suffixed(name, suffix));
        return;
      } catch (FileAlreadyExistsException e) {
        // The next one, then.
      }
    }
    throw new IOException(file + ": too many of its name");
  }

  private static String suffixed(String name, int suffix) {
    return suffix == 0 ? name : name + "-" + suffix;
  }
}
