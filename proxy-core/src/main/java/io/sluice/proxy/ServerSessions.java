package io.sluice.proxy;

import io.sluice.backend.Backend;
import io.sluice.backend.Server;
import io.sluice.backend.ServerState;
import io.sluice.config.BackendConfig.OnMarkedDown;
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

  /** Ends the sessions of servers that go down, where that is wanted. */
  void watch(Backend backend) {
    backend.addListener(
        (server, before, after, why) -> {
          boolean isWanted = server.config().onMarkedDown() == OnMarkedDown.CLOSE_SESSIONS;
          // What DNS takes out of its slot may work as well as ever: that is no failure.
          if (isWanted && before.isUp() && !after.isUp() && after.resolved()) {
            closeSessionsOf(server, CloseReason.SERVER_DOWN);
          }
        });
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
