package io.sluice.session;

import io.sluice.admission.Verdict;
import io.sluice.backend.Backend;
import io.sluice.backend.Server;
import io.sluice.linux.Errno;
import io.sluice.loop.EventLoop;
import io.sluice.loop.Timer;
import io.sluice.mirror.SessionMirrors;
import io.sluice.stats.Counter;
import io.sluice.transport.Poller;
import io.sluice.transport.StreamSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One accepted client connection and the server connection made for it.
 *
 * <pre>
 *   CONNECTING ──connected──▶ RELAYING ──both Flows done──▶ CLOSED
 *    │  ▲  │                      │                           ▲
 *    │  └──┘ refused: next server └── time-out, killed ───────┤
 *    └── no server left, client gone, killed ─────────────────┘
 * </pre>
 *
 * <p>Half-open is "one Flow is DONE", not a state. Entering CONNECTING arms the connect time-out;
 * RELAYING arms the inactivity time-outs of both sides; CLOSED has released everything, which
 * happens in {@link #close} and nowhere else.
 *
 * <p>Lives on one loop for its whole life. Events only queue it ({@link #onReady}); bytes move in
 * {@link #onTurn}, once in a turn of the loop, within a budget.
 */
final class Session implements EventLoop.Task, Poller.ReadyHandler {
  enum State {
    CONNECTING,
    RELAYING,
    CLOSED
  }

  private static final Logger LOG = LoggerFactory.getLogger(Session.class);
  private static final int NOT_CONNECTED = -1;

  /** {@link SessionLoop}'s: links of its list, and what the client counts for at admission. */
  Session previous;

  Session next;
  Verdict verdict = Verdict.ADMITTED;

  private final SessionLoop sessions;
  private final EventLoop loop;
  private final Frontend frontend;
  private final Backend backend;
  private final SideTimeouts timeouts;
  private final StreamSocket client;
  private final long acceptedWallMs;
  private final long acceptedNs;
  private final SessionTimer timer = new SessionTimer();

  private State state = State.CONNECTING;
  private boolean queued;
  private Server server;
  private boolean inside; // Has a slot of that server.
  private StreamSocket serverSocket;
  private int attempts;
  private long connectedAfterNs = NOT_CONNECTED;

  /** Null until connected. */
  private Relay relay;

  private SessionMirrors mirrors = SessionMirrors.NONE;

  private long timerNs;

  Session(SessionLoop sessions, Frontend frontend, SideTimeouts timeouts, StreamSocket client) {
    this.sessions = sessions;
    this.frontend = frontend;
    this.timeouts = timeouts;
    this.client = client;
    loop = sessions.loop();
    backend = frontend.backend();
    acceptedWallMs = System.currentTimeMillis();
    acceptedNs = loop.nowNs();
  }

  /** Begins: client attached, first server tried. */
  void begin() {
    backend.sessions().incrementAndGet();
    count(Counter.SESSIONS, 1);
    if (loop.poller().attach(client, this) < 0) {
      close(CloseReason.OUT_OF_RESOURCES);
      return;
    }
    connect();
  }

  @Override
  public void onReady() {
    if (!queued) {
      queued = true;
      loop.enqueue(this);
    }
  }

  @Override
  public void gather() {
    if (state == State.RELAYING) {
      try {
        relay.gather();
      } catch (RuntimeException e) {
        onDefect(e);
      }
    }
  }

  @Override
  public void onTurn() {
    queued = false;
    try {
      if (state == State.CONNECTING) {
        onConnecting();
      } else if (state == State.RELAYING) { // Or closed since it was queued.
        onRelaying();
      }
    } catch (RuntimeException e) {
      onDefect(e);
    }
  }

  private void onDefect(RuntimeException e) {
    LOG.error("session {} of frontend {}: internal error", client.peer(), frontend.name(), e);
    close(CloseReason.INTERNAL_ERROR);
  }

  /** Tries servers until one attempt is under way or as many have failed as there are. */
  private void connect() {
    CloseReason failure = CloseReason.CONNECT_FAILED;
    while (attempts < backend.servers().size() && useAnother()) {
      attempts++;
      count(Counter.CONNECT_ATTEMPTS, 1);
      serverSocket = loop.poller().connect(server.address(), backend.config().tcp(), this);
      if (serverSocket != null) {
        arm(timeouts.connectNs() > 0 ? timeouts.connectNs() : Relay.NEVER);
        if (serverSocket.finishConnect() == 0) {
          onConnected();
        }
        return;
      }
      failure = CloseReason.ofConnect(-loop.poller().lastError());
      count(Counter.CONNECT_FAILURES, 1);
    }
    close(failure);
  }

  private void onConnecting() {
    if (client.isBroken()) {
      close(CloseReason.CLIENT_RESET);
    } else if (client.isEnded()) {
      close(CloseReason.CLIENT_GONE_CONNECTING);
    } else {
      int result = serverSocket.finishConnect();
      if (result == 0) {
        onConnected();
      } else if (result != -Errno.EINPROGRESS) {
        onConnectFailed(CloseReason.ofConnect(-result));
      }
    }
  }

  private void onConnectFailed(CloseReason failure) {
    count(Counter.CONNECT_FAILURES, 1);
    serverSocket.reset();
    serverSocket = null;
    if (attempts < backend.servers().size()) {
      connect();
    } else {
      close(failure);
    }
  }

  private void onConnected() {
    become(State.RELAYING);
    loop.timers().cancel(timer);
    connectedAfterNs = loop.nowNs() - acceptedNs;
    server.counters().add(loop.index(), Counter.SESSIONS, 1);
    mirrors =
        SessionMirrors.open(
            frontend.mirrors(),
            sessions.mirrors(),
            frontend.name(),
            client,
            serverSocket,
            acceptedWallMs,
            this::onReady);
    relay = new Relay(client, serverSocket, loop, timeouts, mirrors, frontend.bandwidth(), this);
    if (mirrors == SessionMirrors.NONE) {
      onRelaying();
    } else {
      onReady(); // Behind a poll, in which a mirror near by is connected.
    }
  }

  private void onRelaying() {
    boolean more = relay.advance(sessions.turnBudgetBytes(), loop.nowNs());
    if (relay.settle()) {
      close(relay.outcome());
      return;
    }
    if (more) {
      onReady();
    }
    armInactivity();
  }

  /** Ends the session in whatever state it is; harmless when it is closed. */
  void close(CloseReason reason) {
    if (state == State.CLOSED) {
      return;
    }
    become(State.CLOSED);
    try {
      release(reason);
    } finally {
      // Whatever failed, the places are free again and nobody waits for this session to end.
      sessions.remove(this);
      frontend.gate().leave();
      sessions.totalGate().leave();
    }
  }

  private void release(CloseReason reason) {
    loop.timers().cancel(timer);
    if (relay == null) {
      closeSockets(false, true);
    } else {
      relay.abandon();
      long toServerDiscarded = relay.toServer().discardedBytes();
      long toClientDiscarded = relay.toClient().discardedBytes();
      // A stream that ends short must not look complete: it ends with a reset.
      closeSockets(
          toClientDiscarded > 0 || reason == CloseReason.SERVER_RESET,
          toServerDiscarded > 0 || reason == CloseReason.CLIENT_RESET);
      count(Counter.BYTES_DISCARDED, toServerDiscarded + toClientDiscarded);
    }
    fold();
    count(reason.counter(), 1);
    // Before the line is written: like HAProxy's, it has this session in actconn and feconn only.
    leaveServer();
    backend.sessions().decrementAndGet();
    sessions.log().onClosed(this, reason);
  }

  /** Adds what has been counted since the last call to all scopes. */
  void fold() {
    if (relay != null) {
      relay.fold(this::count);
      mirrors.fold(relay.toServer().counters().bytes(), relay.toClient().counters().bytes());
    }
  }

  private void closeSockets(boolean resetClient, boolean resetServer) {
    end(client, resetClient);
    if (serverSocket != null) {
      end(serverSocket, resetServer);
    }
  }

  private static void end(StreamSocket socket, boolean byReset) {
    if (byReset) {
      socket.reset();
    } else {
      socket.close();
    }
  }

  private void onTimer() {
    if (state == State.CONNECTING) {
      onConnectFailed(CloseReason.CONNECT_TIMEOUT);
      return;
    }
    CloseReason expired = relay.expired(loop.nowNs());
    if (expired != null) {
      close(expired);
    } else if (relay.settle()) {
      close(relay.outcome());
    } else {
      armInactivity();
    }
  }

  /**
   * Keeps the timer at or before the next moment that matters. Activity only moves that moment
   * away, so a busy session leaves its timer alone, and finds out when it fires.
   */
  private void armInactivity() {
    long leftNs = relay.leftNs(loop.nowNs());
    if (!timer.isArmed() || leftNs < timerNs - loop.nowNs()) {
      arm(leftNs);
    }
  }

  private void arm(long leftNs) {
    if (leftNs != Relay.NEVER) {
      timerNs = loop.nowNs() + leftNs;
      loop.timers().arm(timer, timerNs);
    }
  }

  /** Moves to a server, not the one before if there is another; false where none has room. */
  private boolean useAnother() {
    Server chosen = backend.choose(client.peer(), null, server);
    if (chosen == null || !chosen.tryEnter()) {
      return false;
    }
    leaveServer();
    server = chosen;
    inside = true;
    return true;
  }

  private void leaveServer() {
    if (inside) {
      inside = false;
      server.leave();
    }
  }

  private void count(Counter counter, long amount) {
    if (amount == 0) {
      return;
    }
    int index = loop.index();
    sessions.counters().add(index, counter, amount);
    frontend.counters().add(index, counter, amount);
    backend.counters().add(index, counter, amount);
    if (server != null) {
      server.counters().add(index, counter, amount);
    }
  }

  private void become(State next) {
    boolean legal =
        switch (state) {
          case CONNECTING -> next != State.CONNECTING;
          case RELAYING -> next == State.CLOSED;
          case CLOSED -> false;
        };
    assert legal : state + " -> " + next;
    state = next;
  }

  State state() {
    return state;
  }

  Frontend frontend() {
    return frontend;
  }

  /** The server in use or tried last; null only before the first attempt. */
  Server server() {
    return server;
  }

  StreamSocket client() {
    return client;
  }

  /** Null if it was never connected. */
  Relay relay() {
    return relay;
  }

  SessionMirrors mirrors() {
    return mirrors;
  }

  /** Connection attempts after the first. */
  int retries() {
    return Math.max(0, attempts - 1);
  }

  long acceptedWallMs() {
    return acceptedWallMs;
  }

  /** Time from accept to connected, all attempts included; negative if it never was. */
  long connectedAfterNs() {
    return connectedAfterNs;
  }

  long ageNs() {
    return loop.nowNs() - acceptedNs;
  }

  private final class SessionTimer extends Timer {
    @Override
    protected void onTimer() {
      Session.this.onTimer();
    }
  }
}
