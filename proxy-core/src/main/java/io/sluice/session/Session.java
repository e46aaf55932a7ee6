package io.sluice.session;

import io.sluice.backend.Backend;
import io.sluice.backend.Server;
import io.sluice.linux.Errno;
import io.sluice.loop.EventLoop;
import io.sluice.loop.Timer;
import io.sluice.stats.Counter;
import io.sluice.transport.FlowCounters;
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

  private static final long NEVER = Long.MAX_VALUE;
  private static final int NOT_CONNECTED = -1;

  /** How often a Flow that waits for acknowledgements is looked at: no event tells of them. */
  private static final long FLUSH_CHECK_FIRST_NS = 1_000_000;

  private static final long FLUSH_CHECK_MAX_NS = 64_000_000;

  /** Links of {@link SessionLoop}'s list. */
  Session previous;

  Session next;

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
  private StreamSocket serverSocket;
  private int place;
  private int attempts;
  private long connectedAfterNs = NOT_CONNECTED;

  private Flow toServer;
  private Flow toClient;
  private FlowTally toServerTally;
  private FlowTally toClientTally;
  private long clientActivityNs;
  private long serverActivityNs;
  private long timerNs;
  private long flushCheckNs = FLUSH_CHECK_FIRST_NS;

  /** The first thing that went wrong while relaying; null while nothing has. */
  private CloseReason cause;

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
    place = backend.choose();
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
  public void onTurn() {
    queued = false;
    try {
      switch (state) {
        case CONNECTING -> onConnecting();
        case RELAYING -> relay();
        case CLOSED -> {
          // Closed by another session's event or a timer after it had been queued.
        }
      }
    } catch (RuntimeException e) {
      LOG.error("session {} of frontend {}: internal error", client.peer(), frontend.name(), e);
      close(CloseReason.INTERNAL_ERROR);
    }
  }

  /** Tries servers, beginning at {@link #place}, until one attempt is under way or none is left. */
  private void connect() {
    CloseReason failure = CloseReason.CONNECT_FAILED;
    while (attempts < backend.servers().size()) {
      use(backend.servers().get(place));
      attempts++;
      count(Counter.CONNECT_ATTEMPTS, 1);
      serverSocket = loop.poller().connect(server.address(), backend.config().tcp(), this);
      if (serverSocket != null) {
        arm(timeouts.connectNs() > 0 ? timeouts.connectNs() : NEVER);
        if (serverSocket.finishConnect() == 0) {
          onConnected();
        }
        return;
      }
      failure = failureOf(-loop.poller().lastError());
      count(Counter.CONNECT_FAILURES, 1);
      place = backend.nextAfter(place);
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
        onConnectFailed(failureOf(-result));
      }
    }
  }

  private void onConnectFailed(CloseReason failure) {
    count(Counter.CONNECT_FAILURES, 1);
    serverSocket.reset();
    serverSocket = null;
    place = backend.nextAfter(place);
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
    FlowCounters up = new FlowCounters();
    FlowCounters down = new FlowCounters();
    Poller poller = loop.poller();
    toServer = new Flow(client, serverSocket, poller.pump(client, serverSocket, up), up);
    toClient = new Flow(serverSocket, client, poller.pump(serverSocket, client, down), down);
    toServerTally = FlowTally.toServer();
    toClientTally = FlowTally.toClient();
    clientActivityNs = loop.nowNs();
    serverActivityNs = loop.nowNs();
    relay();
  }

  private void relay() {
    boolean moreToServer = advance(toServer);
    boolean moreToClient = advance(toClient);
    settle();
    if (state != State.RELAYING) {
      return;
    }
    if (moreToServer || moreToClient) {
      onReady();
    }
    armInactivity();
  }

  /** Moves bytes of {@code flow}; true when the budget ended it. */
  private boolean advance(Flow flow) {
    if (!flow.isOpen()) {
      return false;
    }
    boolean wasBlocked = flow.isBlocked();
    int happened = flow.advance(sessions.turnBudgetBytes());
    if (happened == 0 && flow.isOpen()) {
      return false;
    }
    // The end of a flow is activity of both sides, and so is the end of a stall: from then on the
    // source is expected to send again.
    boolean both = !flow.isOpen() || (wasBlocked && !flow.isBlocked());
    boolean fromClient = flow == toServer;
    if (both || (happened & (fromClient ? Flow.READ : Flow.WROTE)) != 0) {
      clientActivityNs = loop.nowNs();
    }
    if (both || (happened & (fromClient ? Flow.WROTE : Flow.READ)) != 0) {
      serverActivityNs = loop.nowNs();
    }
    return (happened & Flow.MORE) != 0;
  }

  /** Draws the consequences that the end of one Flow has for the other, and for the Session. */
  private void settle() {
    // Nothing can be written to who has sent a reset; a broken socket says so late if its own
    // stream had ended before.
    if (toServer.isReset() || (!toServer.isOpen() && client.isBroken())) {
      blame(CloseReason.CLIENT_RESET);
      toClient.abandon();
    }
    if (toClient.isReset() || (!toClient.isOpen() && serverSocket.isBroken())) {
      blame(CloseReason.SERVER_RESET);
      toServer.abandon();
    }
    boolean toServerDone = toServer.checkFlushed();
    boolean toClientDone = toClient.checkFlushed();
    if (toServerDone && toClientDone) {
      close(cause == null ? CloseReason.NORMAL : cause);
    }
  }

  private void blame(CloseReason reason) {
    if (cause == null) {
      cause = reason;
    }
  }

  /** Ends the session in whatever state it is; harmless when it is closed. */
  void close(CloseReason reason) {
    if (state == State.CLOSED) {
      return;
    }
    boolean relaying = state == State.RELAYING;
    become(State.CLOSED);
    loop.timers().cancel(timer);
    boolean toServerCut = relaying && isCutShort(toServer);
    boolean toClientCut = relaying && isCutShort(toClient);
    // A stream that ends short must not look complete: it ends with a reset.
    end(client, toClientCut || reason == CloseReason.SERVER_RESET);
    if (serverSocket != null) {
      end(serverSocket, toServerCut || !relaying || reason == CloseReason.CLIENT_RESET);
    }
    fold();
    count(reason.counter(), 1);
    if (relaying) {
      count(Counter.BYTES_DISCARDED, toServer.discardedBytes() + toClient.discardedBytes());
    }
    // Before the line is written: like HAProxy's, it has this session in actconn and feconn only.
    leaveServer();
    backend.sessions().decrementAndGet();
    sessions.log().onClosed(this, reason);
    sessions.remove(this);
    frontend.gate().leave();
    sessions.totalGate().leave();
  }

  /** Adds what has been counted since the last call to all scopes. */
  void fold() {
    if (toServer != null) {
      toServerTally.fold(toServer.counters(), this::count);
      toClientTally.fold(toClient.counters(), this::count);
    }
  }

  private static boolean isCutShort(Flow flow) {
    flow.abandon();
    return flow.discardedBytes() > 0;
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
    if (clientLeftNs() <= 0) { // First, so that it wins a tie, as with HAProxy.
      close(CloseReason.CLIENT_TIMEOUT);
    } else if (serverLeftNs() <= 0) {
      close(CloseReason.SERVER_TIMEOUT);
    } else {
      settle();
      if (state == State.RELAYING) {
        armInactivity();
      }
    }
  }

  /**
   * Keeps the timer at or before the next moment that matters. Activity only moves that moment
   * away, so a busy session leaves its timer alone, and finds out when it fires.
   */
  private void armInactivity() {
    long leftNs = Math.min(clientLeftNs(), serverLeftNs());
    if (toServer.isFlushing() || toClient.isFlushing()) {
      leftNs = Math.min(leftNs, flushCheckNs);
      flushCheckNs = Math.min(flushCheckNs * 2, FLUSH_CHECK_MAX_NS);
    }
    if (!timer.isArmed() || leftNs < timerNs - loop.nowNs()) {
      arm(leftNs);
    }
  }

  private void arm(long leftNs) {
    if (leftNs != NEVER) {
      timerNs = loop.nowNs() + leftNs;
      loop.timers().arm(timer, timerNs);
    }
  }

  /** How long the client may stay inactive; NEVER while nothing is expected of it. */
  private long clientLeftNs() {
    boolean expected =
        (toServer.isOpen() && !toServer.isBlocked())
            || toClient.isBlocked()
            || toClient.isFlushing();
    long timeoutNs = timeouts.clientNs(isHalfClosed());
    return expected && timeoutNs > 0 ? timeoutNs - (loop.nowNs() - clientActivityNs) : NEVER;
  }

  /** How long the server may stay inactive; NEVER while nothing is expected of it. */
  private long serverLeftNs() {
    boolean expected =
        (toClient.isOpen() && !toClient.isBlocked())
            || toServer.isBlocked()
            || toServer.isFlushing();
    long timeoutNs = timeouts.serverNs(isHalfClosed());
    return expected && timeoutNs > 0 ? timeoutNs - (loop.nowNs() - serverActivityNs) : NEVER;
  }

  private boolean isHalfClosed() {
    return !toServer.isOpen() || !toClient.isOpen();
  }

  private void use(Server chosen) {
    leaveServer();
    server = chosen;
    server.sessions().incrementAndGet();
  }

  private void leaveServer() {
    if (server != null) {
      server.sessions().decrementAndGet();
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

  private static CloseReason failureOf(int errno) {
    return switch (errno) {
      case Errno.EMFILE,
          Errno.ENFILE,
          Errno.ENOBUFS,
          Errno.ENOMEM,
          Errno.ENOSPC, // epoll_ctl(2): over fs.epoll.max_user_watches.
          Errno.EADDRNOTAVAIL ->
          CloseReason.OUT_OF_RESOURCES;
      case Errno.ETIMEDOUT -> CloseReason.CONNECT_TIMEOUT;
      default -> CloseReason.CONNECT_FAILED;
    };
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

  Flow toServer() {
    return toServer;
  }

  Flow toClient() {
    return toClient;
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
