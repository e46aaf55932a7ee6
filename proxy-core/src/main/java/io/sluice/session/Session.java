package io.sluice.session;

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
 *   GREETING ──whither is known──▶ QUEUED ──server free──▶ CONNECTING ──connected──▶ RELAYING
 *       │                            ▲  │                  │ ▲  │                       │
 *       │                            └──┼── all are full ──┘ └──┘ failed: once more     │
 *       ▼                               ▼                       ▼                       ▼
 *     CLOSED ◀── client gone, time-out, no server left, killed, both Flows done ────────┘
 * </pre>
 *
 * <p>A state in which there is nothing to do is passed through at once: GREETING where nothing is
 * to be read before a server is chosen, QUEUED where a server is free. Half-open is "one Flow is
 * DONE", not a state. There is one timer, which belongs to the state: the greeting's, the queue's,
 * the attempt's, in RELAYING the inactivity of both sides. CLOSED has released everything, which
 * happens in {@link #close} and nowhere else.
 *
 * <p>Lives on one loop for its whole life. Events only queue it ({@link #onReady}); bytes move in
 * {@link #onTurn}, once in a turn of the loop, within a budget.
 */
final class Session implements EventLoop.Task, Poller.ReadyHandler {
  enum State {
    GREETING,
    QUEUED,
    CONNECTING,
    RELAYING,
    CLOSED
  }

  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  /** Links of {@link SessionLoop}'s list. */
  Session previous;

  Session next;

  private final SessionLoop sessions;
  private final EventLoop loop;
  private final Frontend frontend;
  private final SideTimeouts timeouts;
  private final StreamSocket client;
  private final long acceptedWallMs;
  private final long acceptedNs;
  private final SessionTimer timer = new SessionTimer();

  private final ServerSearch search;

  private State state = State.GREETING;
  private boolean queued;

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
    search = new ServerSearch(this, loop, frontend.backend(), timeouts.connectNs());
    acceptedWallMs = System.currentTimeMillis();
    acceptedNs = loop.nowNs();
  }

  /** Begins: client attached, first server tried. */
  void begin() {
    search.backend().sessions().incrementAndGet();
    count(Counter.SESSIONS, 1);
    if (loop.poller().attach(client, this) < 0) {
      close(CloseReason.OUT_OF_RESOURCES);
      return;
    }
    become(State.QUEUED);
    become(State.CONNECTING);
    search.begin();
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
      switch (state) {
        case GREETING, QUEUED, CONNECTING -> onConnecting();
        case RELAYING -> onRelaying();
        case CLOSED -> {
          // Closed by another session's event or a timer after it had been queued.
        }
      }
    } catch (RuntimeException e) {
      onDefect(e);
    }
  }

  private void onDefect(RuntimeException e) {
    LOG.error("session {} of frontend {}: internal error", client.peer(), frontend.name(), e);
    close(CloseReason.INTERNAL_ERROR);
  }

  private void onConnecting() {
    if (client.isBroken()) {
      close(CloseReason.CLIENT_RESET);
    } else if (client.isEnded()) {
      close(CloseReason.CLIENT_GONE_CONNECTING);
    } else {
      search.onReady();
    }
  }

  /** A server is connected to, through {@code socket}. */
  void onConnected(StreamSocket socket) {
    become(State.RELAYING);
    loop.timers().cancel(timer);
    mirrors =
        SessionMirrors.open(
            frontend.mirrors(),
            sessions.mirrors(),
            frontend.name(),
            client,
            socket,
            acceptedWallMs,
            this::onReady);
    relay = new Relay(client, socket, loop.poller(), timeouts, mirrors, loop.nowNs());
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
    search.leaveServer();
    search.backend().sessions().decrementAndGet();
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
    if (search.socket() != null) {
      end(search.socket(), resetServer);
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
      search.onTimer();
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

  /** Sets the timer for so long from now, unless that is {@link Relay#NEVER}. */
  void arm(long leftNs) {
    if (leftNs != Relay.NEVER) {
      timerNs = loop.nowNs() + leftNs;
      loop.timers().arm(timer, timerNs);
    }
  }

  /** Adds to all scopes that this session is in. */
  void count(Counter counter, long amount) {
    if (amount == 0) {
      return;
    }
    int index = loop.index();
    sessions.counters().add(index, counter, amount);
    frontend.counters().add(index, counter, amount);
    search.backend().counters().add(index, counter, amount);
    if (search.server() != null) {
      search.server().counters().add(index, counter, amount);
    }
  }

  private void become(State next) {
    boolean legal =
        switch (state) {
          case GREETING -> next == State.QUEUED || next == State.CLOSED;
          case QUEUED -> next == State.CONNECTING || next == State.CLOSED;
          case CONNECTING -> next != State.GREETING && next != State.CONNECTING;
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

  /** How it found its server, or did not. */
  ServerSearch search() {
    return search;
  }

  StreamSocket client() {
    return client;
  }

  /** The two Flows; null if it was never connected. */
  Relay relay() {
    return relay;
  }

  SessionMirrors mirrors() {
    return mirrors;
  }

  long acceptedWallMs() {
    return acceptedWallMs;
  }

  /** Time since the connection was accepted. */
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
