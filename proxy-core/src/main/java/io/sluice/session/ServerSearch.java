package io.sluice.session;

import io.sluice.backend.Backend;
import io.sluice.backend.Server;
import io.sluice.linux.Errno;
import io.sluice.loop.EventLoop;
import io.sluice.stats.Counter;
import io.sluice.transport.StreamSocket;

/**
 * The way of a {@link Session} from its backend to a connected server.
 *
 * <p>Invariant: while an attempt is under way there is a {@link #socket}, and the session's timer
 * stands for its connect time-out; the server that is in use has this session among its own.
 *
 * <p>Loop thread only; owned by its Session, which closes the socket.
 */
final class ServerSearch {
  private static final int NOT_CONNECTED = -1;

  private final Session session;
  private final EventLoop loop;
  private final Backend backend;
  private final long connectTimeoutNs;

  private Server server;
  private StreamSocket socket;
  private int place;
  private int attempts;
  private long connectedAfterNs = NOT_CONNECTED;

  ServerSearch(Session session, EventLoop loop, Backend backend, long connectTimeoutNs) {
    this.session = session;
    this.loop = loop;
    this.backend = backend;
    this.connectTimeoutNs = connectTimeoutNs;
  }

  /** Tries the first server. */
  void begin() {
    place = backend.choose();
    connect();
  }

  /** Tries servers, beginning at {@link #place}, until one attempt is under way or none is left. */
  private void connect() {
    CloseReason failure = CloseReason.CONNECT_FAILED;
    while (attempts < backend.servers().size()) {
      use(backend.servers().get(place));
      attempts++;
      session.count(Counter.CONNECT_ATTEMPTS, 1);
      socket = loop.poller().connect(server.address(), backend.config().tcp(), session);
      if (socket != null) {
        session.arm(connectTimeoutNs > 0 ? connectTimeoutNs : Relay.NEVER);
        if (socket.finishConnect() == 0) {
          onConnected();
        }
        return;
      }
      failure = CloseReason.ofConnect(-loop.poller().lastError());
      session.count(Counter.CONNECT_FAILURES, 1);
      place = backend.nextAfter(place);
    }
    session.close(failure);
  }

  /** Something may have happened to the attempt that is under way. */
  void onReady() {
    int result = socket.finishConnect();
    if (result == 0) {
      onConnected();
    } else if (result != -Errno.EINPROGRESS) {
      onFailed(CloseReason.ofConnect(-result));
    }
  }

  /** The attempt has taken too long. */
  void onTimer() {
    onFailed(CloseReason.CONNECT_TIMEOUT);
  }

  private void onFailed(CloseReason failure) {
    session.count(Counter.CONNECT_FAILURES, 1);
    socket.reset();
    socket = null;
    place = backend.nextAfter(place);
    if (attempts < backend.servers().size()) {
      connect();
    } else {
      session.close(failure);
    }
  }

  private void onConnected() {
    connectedAfterNs = session.ageNs();
    server.counters().add(loop.index(), Counter.SESSIONS, 1);
    session.onConnected(socket);
  }

  private void use(Server chosen) {
    leaveServer();
    server = chosen;
    server.sessions().incrementAndGet();
  }

  /** Ends the use of the server, which stays known. */
  void leaveServer() {
    if (server != null) {
      server.sessions().decrementAndGet();
    }
  }

  Backend backend() {
    return backend;
  }

  /** The server in use or tried last; null only before the first attempt. */
  Server server() {
    return server;
  }

  /** The connection to the server, which may still be in the making; null when there is none. */
  StreamSocket socket() {
    return socket;
  }

  /** Connection attempts after the first. */
  int retries() {
    return Math.max(0, attempts - 1);
  }

  /** Time from accept to connected, all attempts included; negative if it never was. */
  long connectedAfterNs() {
    return connectedAfterNs;
  }
}
