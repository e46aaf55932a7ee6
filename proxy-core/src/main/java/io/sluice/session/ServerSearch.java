package io.sluice.session;

import io.sluice.backend.Backend;
import io.sluice.backend.Placement;
import io.sluice.backend.Server;
import io.sluice.backend.Waiter;
import io.sluice.config.BackendConfig;
import io.sluice.config.ProxyVersion;
import io.sluice.config.RetryConfig;
import io.sluice.linux.Errno;
import io.sluice.linux.SockAddr;
import io.sluice.loop.EventLoop;
import io.sluice.stats.Counter;
import io.sluice.transport.StreamSocket;
import io.sluice.wire.ProxyHeader;
import java.nio.ByteBuffer;

/**
 * The way of a {@link Session} from its backend to a connected server.
 *
 * <pre>
 *   enter ──▶ ASSIGN ──server──▶ ATTEMPT ──connected──▶ HEADER ──written──▶ found
 *              │ ▲ ▲                │  ▲                  │
 *       all    │ │ │ another server │  │ after a pause    │ failed
 *       full   ▼ │ └────────────────┤  │                  │
 *            QUEUE                  └──┴── same server ◀──┘
 * </pre>
 *
 * <p>As in HAProxy (configuration manual, {@code retries} and {@code option redispatch}): {@code
 * retries} attempts follow the first; a failed one is followed at once by one to another server
 * where {@code redispatch} lets it and there is one, else by one to the same server, after a pause
 * if the failure was quick. Unlike there, whether to pause depends on the server alone, not on the
 * balance.
 *
 * <p>Invariant: {@link #entered} exactly while the session has a slot of {@link #server}, which it
 * keeps during a pause; the session's timer stands for the queue's, the attempt's or the pause's
 * end, whichever is on.
 *
 * <p>Loop thread only; owned by its Session, which closes the socket.
 */
final class ServerSearch extends Waiter {
  /** The pause before the same server is tried again is no longer than this. */
  private static final long PAUSE_MAX_NS = 1_000_000_000;

  private static final int NEVER_HAPPENED = -1;

  private final Session session;
  private final EventLoop loop;

  /** Null until it is known; {@link #inside} it until the end. */
  private Backend backend;

  private boolean inside;

  /** What holds for this session, whatever becomes of the backend's. */
  private BackendConfig terms;

  private long connectTimeoutNs;

  private Server server;
  private boolean entered;
  private StreamSocket socket;

  /** What is sent before the client's first byte; null where nothing is. */
  private ByteBuffer header;

  /** True while it stands in a queue; may end on another thread, which tells the loop. */
  private boolean queued;

  private int attempts;
  private boolean redispatched;

  /** What the last attempt failed with. */
  private int errno;

  private long assignedAfterNs = NEVER_HAPPENED;
  private long connectedAfterNs = NEVER_HAPPENED;

  ServerSearch(Session session, EventLoop loop) {
    this.session = session;
    this.loop = loop;
  }

  /** From now on the session belongs to {@code chosen}. */
  void enter(Backend chosen, BackendConfig config, long connectNs) {
    backend = chosen;
    terms = config;
    inside = true;
    connectTimeoutNs = connectNs;
    backend.sessions().incrementAndGet();
    backend.counters().add(loop.index(), Counter.SESSIONS, 1);
  }

  /** Looks for a server of the backend that it has entered. */
  void begin() {
    assign(null);
  }

  private void assign(Server avoid) {
    Greeting told = session.greeting();
    Placement found = backend.assign(this, told.source(), told.serverName(), avoid);
    if (found == Placement.QUEUED) {
      queued = true;
      session.onQueued();
    } else if (found == Placement.NO_SERVER) {
      giveUp();
    } else {
      use(found.server());
    }
  }

  @Override
  protected void onServer(Server granted) {
    loop.execute(() -> onQueueEnd(granted));
  }

  @Override
  protected void onNoServer() {
    loop.execute(() -> onQueueEnd(null));
  }

  /** On the loop: with a server or, where that is null, without. */
  private void onQueueEnd(Server found) {
    if (!queued) { // It has left meanwhile.
      if (found != null) {
        found.leave();
      }
      return;
    }
    queued = false;
    if (found == null) {
      giveUp();
    } else {
      use(found);
    }
  }

  private void giveUp() {
    session.close(attempts == 0 ? CloseReason.NO_SERVER : CloseReason.ofConnect(errno));
  }

  /** A slot of {@code chosen} is this session's. */
  private void use(Server chosen) {
    entered = true;
    if (chosen == server) {
      session.onAssigned();
      retry();
      return;
    }
    if (server != null) {
      redispatched = true;
      session.count(Counter.REDISPATCHES, 1); // Of the server that it leaves.
    }
    server = chosen;
    assignedAfterNs = session.ageNs();
    session.onAssigned();
    connect();
  }

  /** Tries the same server again, at once if the last attempt has taken its time. */
  private void retry() {
    session.count(Counter.RETRIES, 1);
    if (errno == Errno.ETIMEDOUT) {
      connect();
    } else {
      session.arm(connectTimeoutNs > 0 ? Math.min(connectTimeoutNs, PAUSE_MAX_NS) : PAUSE_MAX_NS);
    }
  }

  private void connect() {
    attempts++;
    session.count(Counter.CONNECT_ATTEMPTS, 1);
    socket = loop.poller().connect(server.address(), server.config().tcp(), session);
    if (socket == null) {
      onFailed(-loop.poller().lastError());
      return;
    }
    session.arm(connectTimeoutNs > 0 ? connectTimeoutNs : Relay.NEVER);
    if (socket.finishConnect() == 0) {
      onConnected();
    }
  }

  /** Something may have happened to the attempt that is under way. */
  void onReady() {
    if (socket == null) {
      return; // A pause: only the client can have said something.
    }
    if (connectedAfterNs != NEVER_HAPPENED) {
      sendHeader();
      return;
    }
    int result = socket.finishConnect();
    if (result == 0) {
      onConnected();
    } else if (result != -Errno.EINPROGRESS) {
      onFailed(-result);
    }
  }

  /** What was waited for has taken too long, or the pause is over. */
  void onTimer() {
    if (queued) {
      session.close(CloseReason.QUEUE_TIMEOUT);
    } else if (socket == null) {
      connect();
    } else {
      onFailed(Errno.ETIMEDOUT);
    }
  }

  private void onConnected() {
    connectedAfterNs = session.ageNs();
    server.observer().onConnected();
    header = proxyHeader();
    sendHeader();
  }

  /** What has to be sent before the client's first byte; null where nothing has. */
  private ByteBuffer proxyHeader() {
    ProxyVersion version = terms.session().sendProxyProtocol();
    if (version == ProxyVersion.NONE) {
      return null;
    }
    Greeting told = session.greeting();
    SockAddr source = told.source();
    SockAddr destination = told.destination();
    return ByteBuffer.wrap(
        version == ProxyVersion.V1
            ? ProxyHeader.v1(source, destination)
            : ProxyHeader.v2(source, destination, told.tlvs()));
  }

  private void sendHeader() {
    while (header != null && header.hasRemaining()) {
      long sent = socket.isWritable() ? socket.send(header) : -Errno.EAGAIN;
      if (sent == -Errno.EAGAIN) {
        return; // The attempt's time goes on.
      }
      if (sent < 0) {
        onFailed((int) -sent);
        return;
      }
    }
    header = null;
    server.counters().add(loop.index(), Counter.SESSIONS, 1);
    session.onConnected(socket);
  }

  private void onFailed(int failure) {
    errno = failure;
    session.count(Counter.CONNECT_FAILURES, 1);
    CloseReason reason = CloseReason.ofConnect(errno);
    if (reason != CloseReason.OUT_OF_RESOURCES) { // Which would not be the server's fault.
      server.observer().onConnectFailed(Errno.text(errno));
    }
    connectedAfterNs = NEVER_HAPPENED;
    header = null;
    if (socket != null) {
      socket.reset();
      socket = null;
    }
    RetryConfig retry = terms.retry();
    if (attempts > retry.retries()) {
      session.close(reason);
    } else if (retry.redispatches(attempts)) {
      leaveServer();
      assign(server);
    } else {
      retry();
    }
  }

  /**
   * Ends all use of the backend, wherever the search stands; what there was stays known. Harmless
   * the second time.
   */
  void leave() {
    if (!inside) {
      return;
    }
    inside = false;
    if (queued) {
      queued = false; // What is granted from now on is given back.
      cancel();
      assignedAfterNs = session.ageNs();
    }
    leaveServer();
    backend.sessions().decrementAndGet();
  }

  private void leaveServer() {
    if (entered) {
      entered = false;
      server.leave();
    }
  }

  /** Null until it is known. */
  Backend backend() {
    return backend;
  }

  /** The server in use or tried last; null before the first attempt. */
  Server server() {
    return server;
  }

  /** Whether it has a slot of {@code other} now. */
  boolean uses(Server other) {
    return entered && server == other;
  }

  /** The connection to the server, which may still be in the making; null when there is none. */
  StreamSocket socket() {
    return socket;
  }

  /** Connection attempts after the first. */
  int retries() {
    return Math.max(0, attempts - 1);
  }

  /** Whether a failed attempt was followed by one to another server. */
  boolean isRedispatched() {
    return redispatched;
  }

  /** Time from accept to the end of the queue; negative if it never came so far. */
  long assignedAfterNs() {
    return assignedAfterNs;
  }

  /** Time from accept to connected, all attempts included; negative if it never was. */
  long connectedAfterNs() {
    return connectedAfterNs;
  }
}
