package io.sluice.health;

import io.sluice.backend.Backend;
import io.sluice.backend.Server;
import io.sluice.backend.ServerListener;
import io.sluice.backend.ServerState;
import io.sluice.backend.ServerState.Admin;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a line where a server of one backend goes up, down, into maintenance or out of it, in
 * HAProxy's words ({@code srv_update_status} in its {@code src/server.c}). Any thread.
 */
public final class StateLog implements ServerListener {
  private static final Logger LOG = LoggerFactory.getLogger(StateLog.class);

  private final Backend backend;
  private final AtomicBoolean available;

  private StateLog(Backend backend) {
    this.backend = backend;
    available = new AtomicBoolean(isAvailable());
  }

  /** Writes of all servers of {@code backend} from now on, also of those that are yet to come. */
  public static void watch(Backend backend) {
    backend.addListener(new StateLog(backend));
  }

  private boolean isAvailable() {
    return backend.servers().stream().anyMatch(Server::isUsable);
  }

  @Override
  public void onStateChanged(Server server, ServerState before, ServerState after, String why) {
    String event = event(before, after, why);
    if (!event.isEmpty()) {
      boolean lost = !after.isUp();
      String line = "Server " + backend.name() + "/" + server.name() + event + counts(server, lost);
      if (lost || after.admin() == Admin.DRAIN) {
        LOG.warn("{}", line);
      } else {
        LOG.info("{}", line);
      }
    }
    boolean now = isAvailable();
    if (available.getAndSet(now) && !now) {
      LOG.error("proxy {} has no server available!", backend.name());
    }
  }

  private static String event(ServerState before, ServerState after, String why) {
    boolean wasOut = before.admin() == Admin.MAINT || !before.resolved();
    boolean isOut = after.admin() == Admin.MAINT || !after.resolved();
    if (wasOut != isOut) {
      if (isOut) {
        String reason = after.admin() == Admin.MAINT ? "" : " (" + why + ")";
        return " is going DOWN for maintenance" + reason;
      }
      String reason = before.resolved() ? "leaving forced maintenance" : "resolves again";
      return " is " + (after.isUp() ? "UP" : "DOWN") + " (" + reason + ")";
    }
    if (isOut) {
      return "";
    }
    if (before.isUp() != after.isUp()) {
      String reason = why.isEmpty() ? "" : ", reason: " + why;
      return " is " + (after.isUp() ? "UP" : "DOWN") + reason;
    }
    if (before.admin() != after.admin()) {
      return after.admin() == Admin.DRAIN
          ? " enters drain state"
          : " is " + (after.isUp() ? "UP" : "DOWN") + " (leaving forced drain)";
    }
    return "";
  }

  private String counts(Server server, boolean lost) {
    long active = usable(false);
    long backup = usable(true);
    String counts =
        ". " + active + " active and " + backup + " backup servers " + (lost ? "left." : "online.");
    if (backup > 0 && active == 0) {
      counts += " Running on backup.";
    }
    return lost
        ? counts
            + (" " + server.sessions() + " sessions active, ")
            + (server.requeued() + " requeued, ")
            + (server.queued() + " remaining in queue.")
        : counts
            + (" " + server.requeued() + " sessions requeued, ")
            + (server.queued() + " total in queue.");
  }

  private long usable(boolean backup) {
    return backend.servers().stream()
        .filter(server -> server.isUsable() && server.isBackup() == backup)
        .count();
  }
}
