package io.sluice.proxy;

import io.sluice.backend.Backend;
import io.sluice.backend.Server;
import io.sluice.backend.ServerState;
import io.sluice.config.BackendConfig.OnMarkedDown;
import io.sluice.config.BackendConfig.OnMarkedUp;
import io.sluice.session.CloseReason;
import io.sluice.session.SessionLoop;
import java.time.Duration;

/**
 * What is done to all sessions of one server, which are spread over the loops. Any thread; returns
 * before the loops have done it.
 */
final class ServerSessions {
  private final Loops loops;

  ServerSessions(Loops loops) {
    this.loops = loops;
  }

  /** Ends the sessions of servers that go down, or are relieved, where that is wanted. */
  void watch(Backend backend) {
    backend.addListener(
        (server, before, after, why) -> {
          // What DNS takes out of its slot may work as well as ever: that is no failure.
          if (before.isUp() && !after.isUp() && after.resolved()) {
            onDown(server);
          } else if (!before.isUp() && after.isUp()) {
            onUp(backend, server);
          }
        });
  }

  private void onDown(Server server) {
    if (server.config().onMarkedDown() == OnMarkedDown.CLOSE_SESSIONS) {
      closeSessionsOf(server, CloseReason.SERVER_DOWN);
    }
  }

  /** As with HAProxy, one that gets no sessions itself relieves nobody. */
  private void onUp(Backend backend, Server server) {
    boolean isWanted = server.config().onMarkedUp() == OnMarkedUp.CLOSE_BACKUP_SESSIONS;
    if (isWanted && !server.config().backup() && server.isUsable() && server.weight() > 0) {
      for (Server other : backend.servers()) {
        if (other.config().backup()) {
          closeSessionsOf(other, CloseReason.BACKUP_RELIEVED);
        }
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
