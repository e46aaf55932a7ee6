package io.sluice.session;

import io.sluice.loop.EventLoop;
import io.sluice.mirror.SessionMirrors;
import io.sluice.mirror.Tap;
import io.sluice.stats.Counter;
import io.sluice.transport.Direction;
import io.sluice.transport.FlowCounters;
import io.sluice.transport.Poller;
import io.sluice.transport.StreamSocket;
import java.util.function.ObjLongConsumer;

/**
 * The two Flows of a connected {@link Session} and what ties them: what the end of one means for
 * the other, and how long each side may stay inactive.
 *
 * <p>Invariant: a side's time runs only while something is expected of it, that it sends (its Flow
 * is open and not blocked) or that it takes bytes (they wait for it, or for its acknowledgement).
 *
 * <p>Loop thread only; owned by its Session, which says when to close the sockets.
 */
final class Relay {
  /** No limit to how long something may take. */
  static final long NEVER = Long.MAX_VALUE;

  /** How often a Flow that waits for acknowledgements is looked at: no event tells of them. */
  private static final long FLUSH_CHECK_FIRST_NS = 1_000_000;

  private static final long FLUSH_CHECK_MAX_NS = 64_000_000;

  private final StreamSocket client;
  private final StreamSocket server;
  private final SideTimeouts timeouts;
  private final Flow toServer;
  private final Flow toClient;
  private final FlowTally toServerTally = FlowTally.toServer();
  private final FlowTally toClientTally = FlowTally.toClient();
  private long clientActivityNs;
  private long serverActivityNs;
  private long flushCheckNs = FLUSH_CHECK_FIRST_NS;

  /** The first thing that went wrong; NORMAL while nothing has. */
  private CloseReason outcome = CloseReason.NORMAL;

  Relay(
      StreamSocket client,
      StreamSocket server,
      EventLoop loop,
      SideTimeouts timeouts,
      SessionMirrors mirrors,
      Bandwidth bandwidth,
      Poller.ReadyHandler session) {
    this.client = client;
    this.server = server;
    this.timeouts = timeouts;
    FlowCounters up = new FlowCounters();
    FlowCounters down = new FlowCounters();
    Poller poller = loop.poller();
    Tap toServerTap =
        bandwidth.limit(mirrors.toServer(), server, Direction.TO_SERVER, loop, session);
    Tap toClientTap =
        bandwidth.limit(mirrors.toClient(), client, Direction.TO_CLIENT, loop, session);
    toServer = new Flow(client, server, poller.pump(client, server, up), up, toServerTap);
    toClient = new Flow(server, client, poller.pump(server, client, down), down, toClientTap);
    clientActivityNs = loop.nowNs();
    serverActivityNs = loop.nowNs();
  }

  /** Takes in what {@link #advance} is about to send, where that is little. */
  void gather() {
    toServer.gather();
    toClient.gather();
  }

  /** Moves bytes both ways; true when a budget ended it, so that there may be more to do. */
  boolean advance(long budgetBytes, long nowNs) {
    boolean moreToServer = advance(toServer, budgetBytes, nowNs);
    boolean moreToClient = advance(toClient, budgetBytes, nowNs);
    return moreToServer || moreToClient;
  }

  private boolean advance(Flow flow, long budgetBytes, long nowNs) {
    if (!flow.isOpen()) {
      return false;
    }
    boolean wasBlocked = flow.isBlocked();
    int happened = flow.advance(budgetBytes);
    if (happened == 0 && flow.isOpen()) {
      return false;
    }
    // The end of a flow is activity of both sides, and so is the end of a stall: from then on the
    // source is expected to send again.
    boolean both = !flow.isOpen() || (wasBlocked && !flow.isBlocked());
    boolean fromClient = flow == toServer;
    if (both || (happened & (fromClient ? Flow.READ : Flow.WROTE)) != 0) {
      clientActivityNs = nowNs;
    }
    if (both || (happened & (fromClient ? Flow.WROTE : Flow.READ)) != 0) {
      serverActivityNs = nowNs;
    }
    return (happened & Flow.MORE) != 0;
  }

  /** Draws the consequences that the end of one Flow has for the other; true when both are done. */
  boolean settle() {
    // Nothing can be written to who has sent a reset; a broken socket says so late if its own
    // stream had ended before.
    if (toServer.isReset() || (!toServer.isOpen() && client.isBroken())) {
      blame(CloseReason.CLIENT_RESET);
      toClient.abandon();
    }
    if (toClient.isReset() || (!toClient.isOpen() && server.isBroken())) {
      blame(CloseReason.SERVER_RESET);
      toServer.abandon();
    }
    boolean toServerDone = toServer.checkFlushed();
    boolean toClientDone = toClient.checkFlushed();
    return toServerDone && toClientDone;
  }

  private void blame(CloseReason reason) {
    if (outcome == CloseReason.NORMAL) {
      outcome = reason;
    }
  }

  /** Why the session ends when both Flows are done. */
  CloseReason outcome() {
    return outcome;
  }

  /** The time-out that has passed, or null. */
  CloseReason expired(long nowNs) {
    if (clientLeftNs(nowNs) <= 0) { // First, so that it wins a tie, as with HAProxy.
      return CloseReason.CLIENT_TIMEOUT;
    }
    return serverLeftNs(nowNs) <= 0 ? CloseReason.SERVER_TIMEOUT : null;
  }

  /** How long until {@link #settle} or {@link #expired} has to be asked even if nothing happens. */
  long leftNs(long nowNs) {
    long leftNs = Math.min(clientLeftNs(nowNs), serverLeftNs(nowNs));
    if (toServer.isFlushing() || toClient.isFlushing()) {
      leftNs = Math.min(leftNs, flushCheckNs);
      flushCheckNs = Math.min(flushCheckNs * 2, FLUSH_CHECK_MAX_NS);
    }
    return leftNs;
  }

  private long clientLeftNs(long nowNs) {
    boolean expected =
        (toServer.isOpen() && !toServer.isBlocked())
            || toClient.isBlocked()
            || toClient.isFlushing();
    long timeoutNs = timeouts.clientNs(isHalfClosed());
    return expected && timeoutNs > 0 ? timeoutNs - (nowNs - clientActivityNs) : NEVER;
  }

  private long serverLeftNs(long nowNs) {
    boolean expected =
        (toClient.isOpen() && !toClient.isBlocked())
            || toServer.isBlocked()
            || toServer.isFlushing();
    long timeoutNs = timeouts.serverNs(isHalfClosed());
    return expected && timeoutNs > 0 ? timeoutNs - (nowNs - serverActivityNs) : NEVER;
  }

  private boolean isHalfClosed() {
    return !toServer.isOpen() || !toClient.isOpen();
  }

  /**
   * Ends both Flows at once, whatever is in flight, and closes both sockets. Returns how many bytes
   * were discarded, ever. Once.
   */
  long close(CloseReason reason) {
    toServer.abandon();
    toClient.abandon();
    // A stream that ends short must not look complete: it ends with a reset.
    end(client, toClient.discardedBytes() > 0 || reason == CloseReason.SERVER_RESET);
    end(server, toServer.discardedBytes() > 0 || reason == CloseReason.CLIENT_RESET);
    return toServer.discardedBytes() + toClient.discardedBytes();
  }

  private static void end(StreamSocket socket, boolean byReset) {
    if (byReset) {
      socket.reset();
    } else {
      socket.close();
    }
  }

  /** Hands what has been counted since the last call to {@code scopes}. */
  void fold(ObjLongConsumer<Counter> scopes) {
    toServerTally.fold(toServer.counters(), scopes);
    toClientTally.fold(toClient.counters(), scopes);
  }

  Flow toServer() {
    return toServer;
  }

  Flow toClient() {
    return toClient;
  }
}
