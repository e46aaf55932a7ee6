package io.sluice.mirror.capture;

import io.sluice.mirror.MirroredSession;
import io.sluice.mirror.Sink;
import io.sluice.transport.Backlog;
import io.sluice.transport.Direction;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * The streams of one session that a sink of this package writes.
 *
 * @param session whose they are
 * @param backlogs where the bytes wait, for each direction that is mirrored; one or both
 * @param loop runs what the sink has to tell {@code owner}, on the session's loop
 * @param owner told of progress, failure and end
 */
public record CaptureStreams(
    MirroredSession session, Map<Direction, Backlog> backlogs, Executor loop, Sink.Owner owner) {

  /** Copies {@code backlogs}. */
  public CaptureStreams {
    if (backlogs.isEmpty()) {
      throw new IllegalArgumentException("a mirror of no direction");
    }
    backlogs = Collections.unmodifiableMap(new EnumMap<>(backlogs));
  }
}
