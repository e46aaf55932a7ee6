package io.sluice.mirror;

import io.sluice.loop.EventLoop;
import io.sluice.transport.Backlog;
import io.sluice.transport.Direction;
import java.util.EnumMap;
import java.util.Map;

/** A connection for each mirrored direction; one that fails ends both. */
final class SocketSink implements Sink {
  private final Map<Direction, MirrorConnection> connections = new EnumMap<>(Direction.class);
  private final Owner owner;
  private int open;
  private boolean complete = true;

  SocketSink(
      SocketTerms terms,
      MirroredSession session,
      Map<Direction, Backlog> backlogs,
      EventLoop loop,
      Owner owner) {
    this.owner = owner;
    backlogs.forEach(
        (direction, backlog) -> {
          open++;
          connections.put(
              direction,
              new MirrorConnection(terms, session, direction, backlog, loop, owner, this));
        });
    connections.values().forEach(MirrorConnection::begin);
  }

  @Override
  public void onBytes(Direction direction, long bytes, long nowNs) {
    connections.get(direction).onBytes();
  }

  @Override
  public void onFull(Direction direction) {
    connections.get(direction).onFull();
  }

  @Override
  public void onEnd(Direction direction, boolean byReset) {
    connections.get(direction).onEnd(byReset);
  }

  @Override
  public void abort() {
    connections.values().forEach(MirrorConnection::abort);
  }

  void onClosed(boolean all) {
    complete &= all;
    if (--open == 0) {
      owner.onClosed(complete);
    }
  }
}
