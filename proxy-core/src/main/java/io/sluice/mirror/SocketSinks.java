package io.sluice.mirror;

import io.sluice.loop.EventLoop;
import io.sluice.transport.Backlog;
import io.sluice.transport.Direction;
import java.util.Map;

/** Sinks that are servers, reached by TCP or a UNIX socket. */
public final class SocketSinks implements SinkFactory {
  private final SocketTerms terms;

  /** Sinks on these terms. */
  public SocketSinks(SocketTerms terms) {
    this.terms = terms;
  }

  @Override
  public Sink open(
      MirroredSession session, Map<Direction, Backlog> backlogs, EventLoop loop, Sink.Owner owner) {
    return new SocketSink(terms, session, backlogs, loop, owner);
  }

  @Override
  public void close() {
    terms.replies().ifPresent(SinkFactory::close);
  }
}
