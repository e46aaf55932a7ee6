package io.sluice.session;

import io.sluice.admission.Verdict;
import io.sluice.backend.Backend;
import io.sluice.config.BackendConfig;
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

  /**
   * {@link SessionLoop}'s: links of its list, what the client counts for at admission, and to which
   * of the frontend's listening sockets it came, from 1.
   */
  Session previous;

  Session next;
  Verdict verdict = Verdict.ADMITTED;
  int bind;

  private final SessionLoop sessions;
  private final EventLoop loop;
  private final Frontend frontend;
  private final StreamSocket client;
  private final long acceptedWallMs;
  private final long acceptedNs;
  private final SessionTimer timer = new SessionTimer();

  private final ServerSearch search;
  private final Greeting greeting;

  private State state = State.GREETING;
  private boolean queued;
  private boolean sourceKnown;

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
    greeting = new Greeting(frontend.greeting(), client);
    acceptedWallMs = System.currentTimeMillis();
    acceptedNs = loop.nowNs();
  }

  /** Begins: client attached, and the first thing done that is not to be waited for. */
  void begin() {
    count(Counter.SESSIONS, 1);
    if (loop.poller().attach(client, this) < 0) {
      close(CloseReason.OUT_OF_RESOURCES);
    } else {
      arm(greeting.stepNs());
      onGreeting(false);
    }
  }

  /** Takes in what the client has said so far; {@code late} if nothing more is waited for. */
  private void onGreeting(boolean late) {
    boolean isNextStep = !greeting.isOver() && greeting.listen(sessions.greetingBuffer(), late);
    if (greeting.fault() != null) {
      close(CloseReason.NO_PROXY_HEADER);
    } else if (!greeting.isAtHeader() && !isSourceAdmitted()) {
      close(CloseReason.DENIED);
    } else if (greeting.isOver()) {
      enter(greeting.backend());
      become(State.QUEUED);
      search.begin();
      if (client.isInputEnded()) {
        onReady(); // It has left while it was listened to: no event will tell again.
      }
    } else if (isNextStep) {
      arm(greeting.stepNs());
    }
  }

  /** Asks once, as soon as the source is known, where it may be another than the peer. */
  private boolean isSourceAdmitted() {
    if (!sourceKnown) {
      sourceKnown = true;
      if (frontend.greeting().readsProxyHeaders()) {
        verdict = frontend.admission().checkSource(greeting.source(), loop.nowNs());
      }
    }
    return !verdict.isRefused();
  }

  private void enter(Backend backend) {
    BackendConfig terms = backend.config();
    timeouts = sessions.timeouts(frontend, terms);
    search.enter(backend, terms, timeouts.connectNs());
    if (terms.session().hasMaxLifetime()) {
      endAfter(terms.session().drawLifetimeNs(sessions.random()), CloseReason.OUTLIVED);
    }
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
    boolean ended = client.isEnded(); // May be what finds out that the client is broken.
    if (client.isBroken()) {
      close(CloseReason.CLIENT_RESET);
    } else if (ended) {
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
            greeting.source(),
            greeting::destination,
            socket.peer(),
            acceptedWallMs,
            this::onReady);
    relay = new Relay(client, socket, loop, timeouts, mirrors, frontend.bandwidth(), this);
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
      sessions.leaveGates(frontend);
    }
  }

  private void release(CloseReason reason) {
    loop.timers().cancel(timer);
    if (deadline != null) {
      loop.timers().cancel(deadline);
    }
    if (relay == null) {
      sessions.dismiss(client, frontend, verdict);
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

  /** What the client has told before anything else. */
  Greeting greeting() {
    return greeting;
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
