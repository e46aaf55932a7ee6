package io.sluice.mirror.capture;

import io.sluice.mirror.Sink;
import io.sluice.transport.Direction;

/**
 * Writes a session into its mirror's capture as the TCP connection that the client had with the
 * proxy. What the packets look like: {@link SyntheticTcp}; the file: {@link PcapngFile}.
 *
 * <p>Invariant: the payload of the packets of one direction is an exact prefix of its stream. A
 * session that was detached ends with a packet whose comment says so; one that ended by FIN or by
 * reset ends with that. With one direction mirrored, the other side's packets are empty.
 *
 * <p>On the session's loop, like every {@link Sink}.
 */
public final class PcapngSink implements Sink {

  private final Handover handover;

  /** The sink of one session; {@code file} is the mirror's, and belongs to {@code writer}. */
  public PcapngSink(CaptureWriter writer, PcapngFile file, CaptureStreams streams) {
    handover = new Handover(writer, new PcapngRecording(file, streams), streams);
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
