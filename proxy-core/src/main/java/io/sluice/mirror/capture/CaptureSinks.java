package io.sluice.mirror.capture;

import io.sluice.loop.Clock;
import io.sluice.loop.EventLoop;
import io.sluice.mirror.MirroredSession;
import io.sluice.mirror.Sink;
import io.sluice.mirror.SinkFactory;
import io.sluice.transport.Backlog;
import io.sluice.transport.Direction;
import io.sluice.transport.Transport;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Function;

/** Sinks that are files, written by one thread for each mirror. */
public final class CaptureSinks implements SinkFactory {
  /** Events that may wait for the writer before sessions are detached from the mirror. */
  private static final int PENDING_MAX = 1 << 14;

  private static final long STOP_WAIT_MS = 5_000;

  private final CaptureWriter writer;
  private final Function<CaptureStreams, Sink> sinks;

  private CaptureSinks(CaptureWriter writer, Function<CaptureStreams, Sink> sinks) {
    this.writer = writer;
    this.sinks = sinks;
    writer.start();
  }

  /** A file for each session and direction. */
  public static CaptureSinks files(Transport transport, FileTarget target) {
    CaptureWriter writer = writer(target.mirror());
    return new CaptureSinks(writer, s -> new FileSink(writer, transport, target, s));
  }

  /**
   * One capture for all sessions.
   *
   * @param rotateBytes size at which a new file is begun; 0 is never
   * @param keep how many earlier files are kept
   */
  public static CaptureSinks pcapng(
      Transport transport, String mirror, CapturePath path, long rotateBytes, int keep) {
    CaptureWriter writer = writer(mirror);
    PcapngFile file =
        new PcapngFile(writer, transport, mirror, path, rotateBytes, keep, InstantSource.system());
    return new CaptureSinks(writer, s -> new PcapngSink(writer, file, s));
  }

  private static CaptureWriter writer(String mirror) {
    return new CaptureWriter(mirror, PENDING_MAX, Clock.SYSTEM, InstantSource.system());
  }

  @Override
  public Sink open(
      MirroredSession session, Map<Direction, Backlog> backlogs, EventLoop loop, Sink.Owner owner) {
    return sinks.apply(new CaptureStreams(session, backlogs, loop, owner));
  }

  @Override
  public void close() {
    writer.stop(STOP_WAIT_MS);
  }
}
