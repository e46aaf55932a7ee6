package io.sluice.session;

import io.sluice.backend.Backend;
import io.sluice.linux.SockAddr;
import io.sluice.loop.EventLoop;
import io.sluice.loop.Timer;
import io.sluice.mirror.SessionMirrors;
import io.sluice.stats.Counter;
import io.sluice.transport.Poller;
import io.sluice.transport.StreamSocket;
import io.sluice.wire.ProxyHeader.Tlv;
import java.util.List;
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
  private final StreamSocket client;
  private final long acceptedWallMs;
  private final long acceptedNs;
  private final SessionTimer timer = new SessionTimer();

  private final ServerSearch search;

  /** Null where nothing is to be read before a server is looked for. */
  private final Greeting greeting;

  private State state = State.GREETING;
  private boolean queued;

  /** Of the frontend with the backend, once that is known. */
  private SideTimeouts timeouts;

  /** Null until connected. */
  private Relay relay;

  private SessionMirrors mirrors = SessionMirrors.NONE;

  private long timerNs;

  /** Null where nothing but itself ends it. */
  private Deadline deadline;

  Session(SessionLoop sessions, Frontend frontend, StreamSocket client) {
    this.sessions = sessions;
    this.frontend = frontend;
    this.client = client;
    loop = sessions.loop();
    search = new ServerSearch(this, loop);
    GreetingTerms terms = frontend.greeting();
    greeting = terms.isNothing() ? null : new Greeting(terms, client);
    acceptedWallMs = System.currentTimeMillis();
    acceptedNs = loop.nowNs();
  }

  /** Begins: client attached, and the first thing done that is not to be waited for. */
  void begin() {
    count(Counter.SESSIONS, 1);
    if (greeting == null) {
      enter(frontend.backend());
    }
    if (loop.poller().attach(client, this) < 0) {
      close(CloseReason.OUT_OF_RESOURCES);
    } else if (greeting == null) {
      lookForServer();
    } else {
      arm(greeting.stepNs());
      onGreeting(false);
    }
  }

  /** Takes in what the client has said so far; {@code late} if nothing more is waited for. */
  private void onGreeting(boolean late) {
    boolean isNextStep = greeting.listen(sessions.greetingBuffer(), late);
    if (greeting.fault() != null) {
      close(CloseReason.NO_PROXY_HEADER);
    } else if (greeting.isOver()) {
      enter(greeting.backend());
      lookForServer();
      onReady(); // The client may have left: it was heard, and no event will tell again.
    } else if (isNextStep) {
      arm(greeting.stepNs());
    }
  }

  private void enter(Backend backend) {
    timeouts = sessions.timeouts(frontend, backend);
    search.enter(backend, timeouts.connectNs());
    if (backend.config().session().hasMaxLifetime()) {
      endAfter(backend.config().session().drawLifetimeNs(sessions.random()), CloseReason.OUTLIVED);
    }
  }

  private void lookForServer() {
    become(State.QUEUED);
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
        case GREETING -> onGreeting(false);
        case QUEUED, CONNECTING -> onSearching();
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

  private void onSearching() {
    if (client.isBroken()) {
      close(CloseReason.CLIENT_RESET);
    } else if (client.isEnded()) {
      boolean waits = state == State.QUEUED;
      close(waits ? CloseReason.CLIENT_GONE_QUEUED : CloseReason.CLIENT_GONE_CONNECTING);
    } else {
      search.onReady();
    }
  }

  /** The search stands in a queue from now on. */
  void onQueued() {
    if (state != State.QUEUED) {
      become(State.QUEUED);
    }
    arm(timeouts.queueNs() > 0 ? timeouts.queueNs() : Relay.NEVER);
  }

  /** The search has a server from now on. */
  void onAssigned() {
    loop.timers().cancel(timer);
    if (state == State.QUEUED) {
      become(State.CONNECTING);
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
            source(),
            this::destination,
            socket.peer(),
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
      search.leave();
      sessions.remove(this);
      frontend.gate().leave();
      sessions.totalGate().leave();
    }
  }

  private void release(CloseReason reason) {
    loop.timers().cancel(timer);
    if (deadline != null) {
      loop.timers().cancel(deadline);
    }
    if (relay == null) {
      client.close();
      if (search.socket() != null) {
        search.socket().reset();
      }
    } else {
      count(Counter.BYTES_DISCARDED, relay.close(reason));
    }
    fold();
    count(reason.counter(), 1);
    // Before the line is written: like HAProxy's, it has this session in actconn and feconn only.
    search.leave();
    sessions.log().onClosed(this, reason);
  }

  /** Adds what has been counted since the last call to all scopes. */
  void fold() {
    if (relay != null) {
      relay.fold(this::count);
      mirrors.fold(relay.toServer().counters().bytes(), relay.toClient().counters().bytes());
    }
  }

  private void onTimer() {
    switch (state) {
      case GREETING -> onGreeting(true);
      case QUEUED, CONNECTING -> search.onTimer();
      case RELAYING -> onQuiet();
      case CLOSED -> throw new IllegalStateException("a timer of a closed session");
    }
  }

  private void onQuiet() {
    CloseReason expired = relay.expired(loop.nowNs());
    if (expired != null) {
      close(expired);
    } else if (relay.settle()) {
      close(relay.outcome());
    } else {
      armInactivity();
    }
  }

  /** Ends it so long from now for {@code reason}, unless it ends sooner anyway. */
  void endAfter(long leftNs, CloseReason reason) {
    deadline = deadline == null ? new Deadline(this) : deadline;
    deadline.set(loop, leftNs, reason);
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

  /** Sets the timer for so long from now; {@link Relay#NEVER} takes it away. */
  void arm(long leftNs) {
    if (leftNs == Relay.NEVER) {
      loop.timers().cancel(timer);
    } else {
      timerNs = loop.nowNs() + leftNs;
      loop.timers().arm(timer, timerNs);
    }
  }

  /** Adds to all scopes that this session is in. */
  void count(Counter counter, long amount) {
    if (amount != 0) {
      sessions.count(frontend, search, counter, amount);
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

  /** The client's address, which a PROXY header may have told. */
  SockAddr source() {
    return greeting == null ? client.peer() : greeting.source();
  }

  /** What the client connected to, likewise. */
  SockAddr destination() {
    return greeting == null ? client.local() : greeting.destination();
  }

  /** The name that the client has asked for by TLS, as far as that was looked at; or null. */
  String serverName() {
    return greeting == null ? null : greeting.serverName();
  }

  /** What else a PROXY header has told. */
  List<Tlv> tlvs() {
    return greeting == null ? List.of() : greeting.tlvs();
  }

  /** What was wrong with the greeting; null if nothing was. */
  String fault() {
    return greeting == null ? null : greeting.fault();
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
