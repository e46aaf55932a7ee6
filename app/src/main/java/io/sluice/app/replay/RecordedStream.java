package io.sluice.app.replay;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * One direction of a recorded session: where its bytes are, in order, and how it ended.
 *
 * <p>Invariant: segments follow each other without a gap, the first begins at position 0, none is
 * empty. Immutable and usable by any thread.
 */
final class RecordedStream {

  /** How the recording of a stream ends. */
  enum End {
    /** By a FIN, or as a whole file. */
    FIN,
    /** By a RST. */
    RESET,
    /** The capture ends while the stream was open. */
    OPEN,
    /** Bytes are missing: what follows them was left out. */
    CUT;

    /** Whether the recorded bytes are all that there were. */
    boolean isComplete() {
      return this == FIN || this == RESET;
    }
  }

  /** A stream without bytes. */
  static final RecordedStream NONE = new Builder(List.of()).build(End.OPEN, 0, 0);

  private final List<Path> files;
  private final int[] fileIndex;
  private final long[] offsets;

  /** Position in the stream of each segment, and the length of the stream after the last one. */
  private final long[] starts;

  private final long[] timesNs;
  private final long[] others;
  private final End end;
  private final long endTimeNs;
  private final long endOthers;

  private RecordedStream(Builder from, End end, long endTimeNs, long endOthers) {
    files = from.files;
    fileIndex = Arrays.copyOf(from.fileIndex, from.size);
    offsets = Arrays.copyOf(from.offsets, from.size);
    starts = Arrays.copyOf(from.starts, from.size + 1);
    starts[from.size] = from.bytes;
    timesNs = Arrays.copyOf(from.timesNs, from.size);
    others = Arrays.copyOf(from.others, from.size);
    this.end = end;
    this.endTimeNs = endTimeNs;
    this.endOthers = endOthers;
  }

  /** A whole file. */
  static RecordedStream ofFile(Path file, long bytes, End end) {
    Builder builder = new Builder(List.of(file));
    if (bytes > 0) {
      builder.add(0, 0, bytes, 0, 0);
    }
    return builder.build(end, 0, 0);
  }

  /** Number of segments. */
  int size() {
    return offsets.length;
  }

  /** Length of the stream. */
  long bytes() {
    return starts[starts.length - 1];
  }

  Path file(int segment) {
    return files.get(fileIndex[segment]);
  }

  /** Where the segment begins in its file. */
  long offset(int segment) {
    return offsets[segment];
  }

  /** Where the segment begins in the stream. */
  long start(int segment) {
    return starts[segment];
  }

  /** Bytes of the segment. */
  long length(int segment) {
    return starts[segment + 1] - starts[segment];
  }

  /** When it was recorded, never before the one before it; 0 where the recording has no time. */
  long timeNs(int segment) {
    return timesNs[segment];
  }

  /** How many bytes of the other direction had been recorded before it. */
  long others(int segment) {
    return others[segment];
  }

  /** The segment that has the byte at {@code position}, which is less than {@link #bytes}. */
  int segmentAt(long position) {
    int found = Arrays.binarySearch(starts, position);
    return found >= 0 ? found : -found - 2;
  }

  End end() {
    return end;
  }

  /** When it ended, as {@link #timeNs}. */
  long endTimeNs() {
    return endTimeNs;
  }

  /** How many bytes of the other direction had been recorded before the end. */
  long endOthers() {
    return endOthers;
  }

  /** Collects the segments of a stream. */
  static final class Builder {
    private static final int FIRST_CAPACITY = 4;

    private final List<Path> files;
    private int[] fileIndex = new int[FIRST_CAPACITY];
    private long[] offsets = new long[FIRST_CAPACITY];
    private long[] starts = new long[FIRST_CAPACITY];
    private long[] timesNs = new long[FIRST_CAPACITY];
    private long[] others = new long[FIRST_CAPACITY];
    private int size;
    private long bytes;

    /**
     * A stream without segments yet.
     *
     * @param files what the indexes given to {@link #add} mean; may grow until {@link #build}
     */
    Builder(List<Path> files) {
      this.files = files;
    }

    /** Length of the stream so far. */
    long bytes() {
      return bytes;
    }

    void add(int file, long offset, long length, long timeNs, long othersBefore) {
      if (size == offsets.length) {
        int capacity = size * 2;
        fileIndex = Arrays.copyOf(fileIndex, capacity);
        offsets = Arrays.copyOf(offsets, capacity);
        starts = Arrays.copyOf(starts, capacity);
        timesNs = Arrays.copyOf(timesNs, capacity);
        others = Arrays.copyOf(others, capacity);
      }
      fileIndex[size] = file;
      offsets[size] = offset;
      starts[size] = bytes;
      timesNs[size] = notBefore(timeNs);
      others[size] = othersBefore;
      bytes += length;
      size++;
    }

    /** The clock of the recording may have been set back. */
    private long notBefore(long timeNs) {
      return size == 0 ? timeNs : Math.max(timeNs, timesNs[size - 1]);
    }

    RecordedStream build(End end, long endTimeNs, long endOthers) {
      return new RecordedStream(this, end, notBefore(endTimeNs), endOthers);
    }
  }
}
