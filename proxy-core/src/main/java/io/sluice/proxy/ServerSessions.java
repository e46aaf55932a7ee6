package io.sluice.proxy;

import io.sluice.backend.Backend;
import io.sluice.backend.Server;
import io.sluice.backend.ServerState;
import io.sluice.config.BackendConfig.OnMarkedDown;
import io.sluice.session.CloseReason;
import io.sluice.session.SessionLoop;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What is done to all sessions of one server, which are spread over the loops. Any thread; returns
 * before the loops have done it.
 */
final class ServerSessions {
  private final Map<String, Backend> backends;
  private final Loops loops;

  /** Those of {@code backends} on {@code loops}, both of which may still be filled. */
  ServerSessions(Map<String, Backend> backends, Loops loops) {
    this.backends = backends;
    this.loops = loops;
  }

  /**
   * A server by the names of the configuration.
   *
   * @throws IllegalArgumentException when there is no such backend or server
   */
  Server find(String backend, String server) {
    Backend found = backends.get(backend);
    List<Server> servers = found == null ? List.of() : found.servers();
    for (Server one : servers) {
      if (one.name().equals(server)) {
        return one;
      }
    }
    throw new IllegalArgumentException("no server " + backend + "/" + server);
  }

  /** Ends the sessions of servers that go down, where that is wanted. */
  void watch(Backend backend) {
    for (Server server : backend.servers()) {
      if (server.config().onMarkedDown() == OnMarkedDown.CLOSE_SESSIONS) {
        server.addListener(
            (changed, before, after, why) -> {
              // What DNS takes out of its slot may work as well as ever: that is no failure.
              if (before.isUp() && !after.isUp() && after.resolved()) {
                closeSessionsOf(changed, CloseReason.SERVER_DOWN);
              }
            });
      }
    }
  }

  void drain(Server server, Duration deadline) {
    server.setAdmin(ServerState.Admin.DRAIN, "drain");
    for (SessionLoop sessions : loops.all()) {
      sessions.loop().execute(() -> sessions.drain(server, deadline.toNanos()));
    }
  }

  void closeSessionsOf(Server server, CloseReason reason) {
    for (SessionLoop sessions : loops.all()) {
      sessions.loop().execute(() -> sessions.closeSessionsOf(server, reason));
    }
  }
}
