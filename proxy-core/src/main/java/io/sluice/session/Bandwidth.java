package io.sluice.session;

import io.sluice.config.BandwidthConfig;
import io.sluice.loop.EventLoop;
import io.sluice.mirror.Tap;
import io.sluice.transport.Direction;
import io.sluice.transport.Poller.ReadyHandler;
import io.sluice.transport.StreamSocket;

/**
 * How fast the bytes of a frontend's sessions may move.
 *
 * <p>One session's limit is the kernel's business: it paces what is sent by the socket
 * (SO_MAX_PACING_RATE), which is smooth, costs nothing here, and holds for spliced bytes too. Where
 * a socket has no pacing, as a UNIX socket, the session has a bucket. All sessions together share a
 * bucket for each direction, on all loops. Thread-safe.
 */
interface Bandwidth {

  /** As fast as they can. */
  Bandwidth UNLIMITED = (inner, target, direction, loop, session) -> inner;

  /** What {@code config} says. */
  static Bandwidth of(BandwidthConfig config) {
    return config.equals(BandwidthConfig.UNLIMITED) ? UNLIMITED : new Limited(config);
  }

  /** The same limits with what they have counted, or new ones where {@code next} is another. */
  default Bandwidth next(BandwidthConfig next) {
    return of(next);
  }

  /**
   * Limits one flow of a session that has just been connected.
   *
   * @param inner what stands in the flow's way otherwise
   * @param target the socket that its bytes are written to
   * @param session made ready when bytes that had to wait may go on
   * @return what stands in the flow's way now
   */
  Tap limit(
      Tap inner, StreamSocket target, Direction direction, EventLoop loop, ReadyHandler session);

  /** With at least one limit. */
  final class Limited implements Bandwidth {
    private final BandwidthConfig config;

    /** Made with the first session, since a bucket needs a time; null until then. */
    private TokenBucket toServer;

    private TokenBucket toClient;

    private Limited(BandwidthConfig config) {
      this.config = config;
    }

    @Override
    public Bandwidth next(BandwidthConfig next) {
      return next.equals(config) ? this : of(next);
    }

    @Override
    public Tap limit(
        Tap inner, StreamSocket target, Direction direction, EventLoop loop, ReadyHandler session) {
      Tap tap = inner;
      boolean isToServer = direction == Direction.TO_SERVER;
      long total = isToServer ? config.toServer() : config.toClient();
      if (total > 0) {
        tap = new RatedTap(shared(isToServer, loop.nowNs()), tap, loop, session);
      }
      long own = isToServer ? config.sessionToServer() : config.sessionToClient();
      if (own > 0 && !target.pace(own)) {
        tap = new RatedTap(new TokenBucket(own, loop.nowNs()), tap, loop, session);
      }
      return tap;
    }

    private synchronized TokenBucket shared(boolean isToServer, long nowNs) {
      if (toServer == null) {
        toServer = new TokenBucket(Math.max(1, config.toServer()), nowNs);
        toClient = new TokenBucket(Math.max(1, config.toClient()), nowNs);
      }
      return isToServer ? toServer : toClient;
    }
  }
}
