package io.sluice.session;

import io.sluice.backend.Backend;
import io.sluice.backend.Server;
import io.sluice.linux.SockAddr;
import io.sluice.stats.LogLine;
import io.sluice.transport.FlowCounters;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for each closed session, in the form of HAProxy's tcplog (configuration manual, section
 * 8.2.2), followed by the bytes to the server, the spliced share and the close reason in words:
 *
 * <pre>
 * client [accept date] frontend backend/server Tw/Tc/Tt bytes-to-client state actconn/feconn/beconn/
 *     srvconn/retries srvqueue/backendqueue up=bytes-to-server spliced=n% "words"
 * </pre>
 *
 * <p>A session that was mirrored has {@code mirrors=name:bytes,…} before the words: what each
 * mirror had taken by then, with the reason in parentheses if it was detached.
 *
 * <p>Of the numbers of sessions, actconn and feconn include the one that ends, beconn and srvconn
 * do not. All are of sessions that have begun, not of places that are kept for them.
 *
 * <p>Written to the logger {@value #LOGGER} at level info; nothing is formatted while that is off.
 * Some of it is a field of its own too, {@link LogLine}: frontend, backend, server, client, and the
 * state as termination.
 */
public final class SessionLog {
  /** Name of the logger. */
  public static final String LOGGER = "io.sluice.sessions";

  private static final Logger LOG = LoggerFactory.getLogger(LOGGER);
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss.SSS", Locale.ROOT)
          .withZone(ZoneId.systemDefault());
  private static final long NS_PER_MS = 1_000_000;

  private final SessionLoop sessions;

  SessionLog(SessionLoop sessions) {
    this.sessions = sessions;
  }

  void onClosed(Session session, CloseReason reason) {
    if (LOG.isInfoEnabled()) {
      LOG.info("{}", session.greeting().fault() == null ? line(session, reason) : fault(session));
    }
  }

  /** As HAProxy writes of connections that never become sessions (section 8.2.5, error log). */
  private static LogLine fault(Session session) {
    String client = client(session);
    StringBuilder line = new StringBuilder(128);
    appendStart(line, session, client);
    line.append(session.frontend().name())
        .append('/')
        .append(session.bind)
        .append(": ")
        .append(session.greeting().fault());
    return LogLine.of(line.toString(), "frontend", session.frontend().name(), "client", client);
  }

  private static void appendStart(StringBuilder line, Session session, String client) {
    line.append(client).append(" [");
    DATE.formatTo(Instant.ofEpochMilli(session.acceptedWallMs()), line);
    line.append("] ");
  }

  private LogLine line(Session session, CloseReason reason) {
    Frontend frontend = session.frontend();
    ServerSearch search = session.search();
    Server server = search.server();
    // A client that was sent away before it was routed is shown with where it would have gone.
    Backend backend = search.backend() == null ? frontend.backend() : search.backend();
    long assignedNs = search.assignedAfterNs();
    long connectedNs = search.connectedAfterNs();
    long up = session.relay() == null ? 0 : session.relay().toServer().counters().bytes();
    long down = session.relay() == null ? 0 : session.relay().toClient().counters().bytes();
    String client = client(session);
    StringBuilder line = new StringBuilder(192);
    appendStart(line, session, client);
    line.append(frontend.name()).append(' ').append(backend.name());
    line.append('/').append(server == null ? "<NOSRV>" : server.name()).append(' ');
    line.append(assignedNs < 0 ? -1 : assignedNs / NS_PER_MS).append('/');
    line.append(connectedNs < 0 ? -1 : (connectedNs - assignedNs) / NS_PER_MS).append('/');
    line.append(session.ageNs() / NS_PER_MS).append(' ').append(down);
    line.append(' ').append(reason.state()).append(' ');
    line.append(sessions.sizeOfAll()).append('/').append(frontend.sessions().sum()).append('/');
    line.append(backend.sessions().get()).append('/');
    line.append(server == null ? 0 : server.sessions()).append('/');
    line.append(search.isRedispatched() ? "+" : "").append(search.retries()).append(' ');
    line.append(search.serverQueueTurn()).append('/').append(search.backendQueueTurn());
    line.append(" up=").append(up).append(" spliced=").append(splicedPercent(session));
    line.append('%');
    session.mirrors().describe(line);
    line.append(" \"").append(reason.words()).append('"');
    return LogLine.of(
        line.toString(),
        "frontend",
        frontend.name(),
        "backend",
        backend.name(),
        "server",
        server == null ? null : server.name(),
        "client",
        client,
        "termination",
        reason.state());
  }

  private static String client(Session session) {
    SockAddr source = session.greeting().source();
    return source.isUnix() ? "unix:" + session.bind : source.toString();
  }

  private static long splicedPercent(Session session) {
    if (session.relay() == null) {
      return 0;
    }
    FlowCounters up = session.relay().toServer().counters();
    FlowCounters down = session.relay().toClient().counters();
    long all = up.bytes() + down.bytes();
    return all == 0 ? 0 : (up.splicedBytes + down.splicedBytes) * 100 / all;
  }
}
