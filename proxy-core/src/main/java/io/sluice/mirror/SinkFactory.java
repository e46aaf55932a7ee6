package io.sluice.mirror;

import io.sluice.loop.EventLoop;
import io.sluice.transport.Backlog;
import io.sluice.transport.Direction;
import java.util.Map;

/** Makes the sinks of one mirror, on any loop, and owns what they share. */
public interface SinkFactory extends AutoCloseable {

  /**
   * The sink of one session. Its owner is told nothing before this has returned.
   *
   * @param backlogs where the bytes will wait, for each direction that is mirrored
   */
  Sink open(
      MirroredSession session, Map<Direction, Backlog> backlogs, EventLoop loop, Sink.Owner owner);

  /** Ends what the sinks share, once no loop turns any more. */
  @Override
  void close();
}
