package io.sluice.mirror;

import io.sluice.linux.Errno;
import io.sluice.loop.EventLoop;
import io.sluice.transport.Backlog;
import io.sluice.transport.Direction;
import io.sluice.transport.StreamSocket;
import java.util.Map;

/**
 * What one connection of a mirror answers, on its way into a file. When that fails the answers are
 * discarded from then on: they are nobody's duty. Loop thread only.
 */
final class Replies implements Sink.Owner {
  private final Direction direction;
  private final EventLoop loop;
  private final Backlog backlog;
  private final Runnable onRoom;
  private final Sink sink;
  private boolean failed;
  private boolean ended;

  Replies(
      SinkFactory files,
      MirroredSession session,
      Direction direction,
      SocketTerms terms,
      EventLoop loop,
      Runnable onRoom) {
    this.direction = direction;
    this.loop = loop;
    this.onRoom = onRoom;
    backlog = loop.poller().backlog(terms.bufferBytes());
    sink = files.open(session, Map.of(direction, backlog), loop, this);
  }

  /** Takes what {@code socket} has received; the results of {@link Backlog#receiveFrom}. */
  long receive(StreamSocket socket) {
    if (failed) {
      return socket.discard();
    }
    long received = backlog.receiveFrom(socket);
    if (received > 0) {
      sink.onBytes(direction, received, loop.nowNs());
    } else if (received == -Errno.ENOBUFS) {
      onFailed(DetachReason.RESOURCES, "");
      return -Errno.EAGAIN;
    }
    return received;
  }

  /** The connection is closed; {@code complete} if the mirror had everything. */
  void end(boolean complete) {
    if (!ended && !failed) {
      ended = true;
      sink.onEnd(direction, !complete);
    }
  }

  @Override
  public void onProgress(Direction which) {
    backlog.trim();
    onRoom.run();
  }

  @Override
  public void onFailed(DetachReason reason, String detail) {
    if (!failed) {
      failed = true;
      sink.abort();
      onRoom.run();
    }
  }

  @Override
  public void onClosed(boolean complete) {
    backlog.release();
  }
}
