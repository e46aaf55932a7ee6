package io.sluice.backend;

/**
 * What {@link Backend#assign} found. Made once for each server: an assignment allocates nothing.
 */
public final class Placement {
  /** The waiter stands in a queue and will be told. */
  public static final Placement QUEUED = new Placement(null);

  /** No server is usable, and waiting would not help. */
  public static final Placement NO_SERVER = new Placement(null);

  private final Server server;

  private Placement(Server server) {
    this.server = server;
  }

  static Placement on(Server server) {
    return new Placement(server);
  }

  /** The server of which a slot is taken, to be given back by {@link Server#leave}; or null. */
  public Server server() {
    return server;
  }

  @Override
  public String toString() {
    if (server != null) {
      return "on " + server.name();
    }
    return this == QUEUED ? "queued" : "no server";
  }
}
