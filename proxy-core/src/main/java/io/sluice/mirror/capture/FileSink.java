package io.sluice.mirror.capture;

import io.sluice.mirror.Sink;
import io.sluice.transport.Direction;
import io.sluice.transport.Transport;

/**
 * Writes each mirrored direction of a session into a file of its own, byte for byte.
 *
 * <p>Invariant: a file holds an exact prefix of its stream, and its name says which. While bytes
 * may still come it is called {@code NAME.part}. It becomes {@code NAME} when the stream has ended
 * by FIN and all its bytes have been written: the sender has said "that was all", and here it is.
 * It stays {@code NAME.part} for ever when the mirror was detached, when writing failed, at {@code
 * max-bytes} with more to come, and after a reset: then every byte that arrived is in it, but the
 * sender did not say that there were no more, so nobody can tell whether the last message is whole.
 *
 * <p>A name that is taken, by a file of either form, becomes {@code NAME-1}, {@code NAME-2} and so
 * on; nothing is ever overwritten. A stream without a byte leaves an empty file. Data is handed to
 * the kernel, not forced to the disk: it survives the process, not the machine.
 *
 * <p>On the session's loop, like every {@link Sink}.
 */
public final class FileSink implements Sink {

  private final Handover handover;

  /** The sink of one session; {@code writer} is the mirror's. */
  public FileSink(
      CaptureWriter writer, Transport transport, FileTarget target, CaptureStreams streams) {
    handover = new Handover(writer, new FileRecording(transport, target, streams), streams);
    handover.opened();
  }

  @Override
  public void onBytes(Direction direction, long bytes, long nowNs) {
    handover.bytes(direction, bytes, nowNs);
  }

  @Override
  public void onEnd(Direction direction, boolean byReset) {
    handover.end(direction, byReset);
  }

  @Override
  public void abort() {
    handover.abort();
  }
}
