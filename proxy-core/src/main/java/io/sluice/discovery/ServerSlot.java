package io.sluice.discovery;

import io.sluice.backend.Server;
import io.sluice.linux.SockAddr;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A slot that is a server of a backend. */
final class ServerSlot implements Slot {
  private static final Logger LOG = LoggerFactory.getLogger(ServerSlot.class);

  /** As HAProxy calls it. */
  private static final String NOWHERE = "(none)";

  private final Server server;

  ServerSlot(Server server) {
    this.server = server;
  }

  @Override
  public Endpoint held() {
    boolean standby = server.isBackup() && !server.config().backup();
    return server.state().resolved()
        ? new Endpoint(server.address(), server.weight(), standby)
        : null;
  }

  @Override
  public void fill(Endpoint endpoint) {
    SockAddr before = server.state().resolved() ? server.address() : null;
    // Terms first: while it is empty they matter to nobody.
    server.setTerms(
        endpoint.weight() == 0 ? server.config().weight() : endpoint.weight(),
        server.config().backup() || endpoint.standby());
    if (!endpoint.address().equals(before)) {
      LOG.info(
          "{}/{} changed its IP from {} to {} by DNS",
          server.backend().name(),
          server.name(),
          before == null ? NOWHERE : before,
          endpoint.address());
      server.moveTo(endpoint.address(), "");
    }
  }

  @Override
  public void empty(String why) {
    server.loseAddress(why);
  }
}
