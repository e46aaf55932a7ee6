package io.sluice.app.replay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Compares answers with the recorded ones while they arrive.
 *
 * <p>Invariant: until {@link #hasDiverged}, the first {@code position} bytes of both are equal.
 * After it, only the bytes for the report are kept. One thread.
 */
final class AnswerCheck implements AutoCloseable {
  private final RecordedSession session;
  private final RecordedStream recorded;
  private final RecordedBytes bytes;
  private final byte[] window = new byte[Divergence.AFTER_BYTES];
  private int windowBytes;
  private long position;
  private long answered;
  private boolean diverged;

  AnswerCheck(RecordedSession session) {
    this.session = session;
    recorded = session.toClient();
    bytes = new RecordedBytes(recorded);
  }

  /** More of the answer, which is taken whole. */
  void accept(ByteBuffer answer) throws IOException {
    answered += answer.remaining();
    while (!diverged && answer.hasRemaining() && position < recorded.bytes()) {
      ByteBuffer expected = bytes.at(position, answer.remaining());
      int common = Math.min(expected.remaining(), answer.remaining());
      int equal = expected.slice(0, common).mismatch(answer.slice(answer.position(), common));
      diverged = equal >= 0;
      int passed = diverged ? equal : common;
      position += passed;
      answer.position(answer.position() + passed);
    }
    if (answer.hasRemaining() && !diverged && isWhole()) {
      diverged = true;
    }
    if (diverged) {
      int kept = Math.min(answer.remaining(), window.length - windowBytes);
      answer.get(window, windowBytes, kept);
      windowBytes += kept;
    }
    answer.position(answer.limit());
  }

  /**
   * Whether what is behind the recorded answers would be wrong: not when the recording was cut off,
   * nor when the client reset the connection while more may have been under way.
   */
  private boolean isWhole() {
    return recorded.end().isComplete() && session.toServer().end() != RecordedStream.End.RESET;
  }

  boolean hasDiverged() {
    return diverged;
  }

  /** Whether all recorded answers have come. */
  boolean hasAll() {
    return position == recorded.bytes();
  }

  /**
   * No more answers will come.
   *
   * @param ending how they ended, for the report
   */
  Optional<Divergence> finish(String ending) throws IOException {
    if (!diverged && hasAll()) {
      return Optional.empty();
    }
    String what =
        !diverged ? ending : hasAll() ? "more than was recorded" : "another byte than recorded";
    long from = Math.max(0, position - Divergence.BEFORE_BYTES);
    return Optional.of(
        new Divergence(
            session.name(),
            position,
            recorded.bytes(),
            answered,
            what,
            ByteBuffer.wrap(bytes.copy(from, (int) (position - from))),
            ByteBuffer.wrap(bytes.copy(position, Divergence.AFTER_BYTES)),
            ByteBuffer.wrap(Arrays.copyOf(window, windowBytes))));
  }

  @Override
  public void close() throws IOException {
    bytes.close();
  }
}
