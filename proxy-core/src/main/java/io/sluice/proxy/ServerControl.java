package io.sluice.proxy;

import io.sluice.backend.Server;
import io.sluice.backend.ServerState;
import io.sluice.backend.ServerState.Admin;
import io.sluice.session.CloseReason;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * What an operator wants of servers while the proxy runs: HAProxy's {@code set server ... state}
 * and {@code shutdown sessions server} (management guide, section 9.3). It holds until it is said
 * otherwise or the proxy ends, over reloads too.
 *
 * <p>Any thread; everything returns at once, and throws {@link IllegalArgumentException} where
 * there is no such backend or server.
 */
public final class ServerControl {
  private final Supplier<Services> services;
  private final ServerSessions sessions;

  ServerControl(Supplier<Services> services, ServerSessions sessions) {
    this.services = services;
    this.sessions = sessions;
  }

  /**
   * Takes a server into use or out of it. Sessions that it has go on.
   *
   * @return what is known of it now
   */
  public ServerState set(String backend, String server, Admin wanted) {
    Server found = find(backend, server);
    found.setAdmin(wanted, "operator");
    return found.state();
  }

  /**
   * Takes a server out of use: new sessions go to the others, those that it has may end by
   * themselves. Those that have not are closed, one after the other between the half of {@code
   * deadline} and its end, also if the server is taken into use again meanwhile.
   *
   * @return what is known of it now
   */
  public ServerState drain(String backend, String server, Duration deadline) {
    Server found = find(backend, server);
    sessions.drain(found, deadline);
    return found.state();
  }

  /** Ends every session of a server, which stays as it is. */
  public void closeSessions(String backend, String server) {
    sessions.closeSessionsOf(find(backend, server), CloseReason.KILLED_BY_OPERATOR);
  }

  private Server find(String backend, String server) {
    return services.get().server(backend, server);
  }
}
