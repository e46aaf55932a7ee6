package io.sluice.backend;

/**
 * What is known of a server at one moment: what an operator wants of it and what the checks found.
 *
 * @param resolved false while its host name has no address, which is a maintenance of its own:
 *     HAProxy's {@code MAINT (resolution)}
 */
public record ServerState(Admin admin, boolean resolved, Health health) {

  /** What an operator, or the server's own agent, wants of it. */
  public enum Admin {
    /** New sessions come as far as the checks allow it. */
    READY,
    /** No new sessions; those that are there go on, checks too. */
    DRAIN,
    /** As DRAIN, and it counts as down: no checks either. */
    MAINT
  }

  /** Of a server that nobody has said anything about. */
  public static final ServerState INITIAL = new ServerState(Admin.READY, true, Health.UNCHECKED);

  /** Whether checks and address allow sessions, whatever the operator wants of it. */
  public boolean isUp() {
    return admin != Admin.MAINT && resolved && health.isUp();
  }

  /** Whether new sessions may be sent to it. */
  public boolean isUsable() {
    return admin == Admin.READY && isUp();
  }

  /** Whether panic may send new sessions to it: all is well but the checks. */
  boolean isUsableInPanic() {
    return admin == Admin.READY && resolved;
  }

  boolean isAsUsableAs(ServerState other) {
    return isUsable() == other.isUsable() && isUsableInPanic() == other.isUsableInPanic();
  }

  ServerState with(Admin wanted) {
    return new ServerState(wanted, resolved, health);
  }

  ServerState with(Health found) {
    return new ServerState(admin, resolved, found);
  }

  ServerState withResolved(boolean now) {
    return new ServerState(admin, now, health);
  }

  /**
   * The state in HAProxy's words, as its {@code show stat} has them in the column {@code status}:
   * management guide, section 9.1.
   */
  public String text() {
    if (admin == Admin.MAINT) {
      return "MAINT";
    }
    if (!resolved) {
      return "MAINT (resolution)";
    }
    if (!health.isUp()) {
      return health.byAgent() && health.steps() == 0 ? "DOWN (agent)" : "DOWN" + progress();
    }
    if (admin == Admin.DRAIN) {
      return health.byAgent() ? "DRAIN (agent)" : "DRAIN" + progress();
    }
    return health.isChecked() ? "UP" + progress() : "no check";
  }

  /** {@code " 1/3"} on the way from one state to the other. */
  private String progress() {
    return health.isMoving() ? " " + health.steps() + "/" + health.of() : "";
  }
}
