package io.sluice.app.replay;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One direction of a captured TCP connection, put together from its segments.
 *
 * <p>Invariant: everything before {@code next} is in the stream, exactly once; what is ahead of it
 * waits in {@code ahead}. Where two segments disagree about a byte, the first one captured counts.
 * Positions are 64 bits and never wrap, sequence numbers are 32 bits and do.
 */
final class StreamReassembly {
  /** A hole that so many segments did not fill is not filled any more: they were not captured. */
  private static final int AHEAD_MAX = 4096;

  private static final long NO_FIN = -1;

  /** A segment ahead of its turn. */
  private record Ahead(int file, long offset, long length, long timeNs, long others) {}

  private final RecordedStream.Builder stream;
  private final IndexBudget budget;
  private final TreeMap<Long, Ahead> ahead = new TreeMap<>();

  private boolean begun;
  private int firstSequence;
  private boolean holed;
  private long finAt = NO_FIN;
  private boolean reset;

  /** Of the end, as for a segment. */
  private long endTimeNs;

  private long endOthers;

  StreamReassembly(List<Path> files, IndexBudget budget) {
    stream = new RecordedStream.Builder(files);
    this.budget = budget;
  }

  /** The sequence number of the first byte; later calls do nothing. */
  void begin(int sequence) {
    if (!begun) {
      begun = true;
      firstSequence = sequence;
    }
  }

  /** Whether this is the first byte's number. */
  boolean beginsAt(int sequence) {
    return begun && firstSequence == sequence;
  }

  /** Bytes without a gap so far. */
  long bytes() {
    return stream.bytes();
  }

  boolean hasEnded() {
    return reset || (finAt != NO_FIN && stream.bytes() >= finAt);
  }

  /** Whether anything shows that this direction was captured: bytes or an end. */
  boolean isSeen() {
    return stream.bytes() > 0 || !ahead.isEmpty() || finAt != NO_FIN || reset;
  }

  private long positionOf(int sequence) {
    long next = stream.bytes();
    return next + (sequence - (firstSequence + (int) next));
  }

  /**
   * Some bytes.
   *
   * @param file index of the capture they are in
   * @param others bytes of the other direction so far
   */
  void onBytes(
      int sequence, Path path, int file, long offset, long length, long timeNs, long others)
      throws IOException {
    long start = positionOf(sequence);
    long end = finAt == NO_FIN ? start + length : Math.min(start + length, finAt);
    if (reset || holed || end <= Math.max(start, stream.bytes())) {
      return; // A retransmission, or after the end.
    }
    budget.take(IndexBudget.SEGMENT_BYTES, path);
    Ahead segment = new Ahead(file, offset, end - start, timeNs, others);
    if (start > stream.bytes()) {
      ahead.merge(start, segment, (old, now) -> now.length > old.length ? now : old);
      holed = ahead.size() > AHEAD_MAX;
      return;
    }
    append(start, segment);
    for (Map.Entry<Long, Ahead> first = ahead.firstEntry();
        first != null && first.getKey() <= stream.bytes();
        first = ahead.firstEntry()) {
      ahead.pollFirstEntry();
      append(first.getKey(), first.getValue());
    }
  }

  private void append(long start, Ahead segment) {
    long known = stream.bytes() - start;
    if (known < segment.length) {
      stream.add(
          segment.file,
          segment.offset + known,
          segment.length - known,
          segment.timeNs,
          segment.others);
    }
  }

  /** A FIN behind the byte before {@code sequence}. */
  void onFin(int sequence, long timeNs, long others) {
    long at = positionOf(sequence);
    if (finAt == NO_FIN && !reset && at >= stream.bytes()) {
      finAt = at;
      endTimeNs = timeNs;
      endOthers = others;
    }
  }

  void onReset(long timeNs, long others) {
    if (!hasEnded()) {
      reset = true;
      endTimeNs = timeNs;
      endOthers = others;
    }
  }

  /** The stream up to the first gap. */
  RecordedStream finish() {
    return stream.build(end(), endTimeNs, endOthers);
  }

  private RecordedStream.End end() {
    if (holed || !ahead.isEmpty() || (finAt != NO_FIN && stream.bytes() < finAt)) {
      return RecordedStream.End.CUT;
    }
    if (reset) {
      return RecordedStream.End.RESET;
    }
    return finAt == NO_FIN ? RecordedStream.End.OPEN : RecordedStream.End.FIN;
  }
}
