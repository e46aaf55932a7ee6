package io.sluice.proxy;

import io.sluice.backend.Backend;
import io.sluice.backend.Server;
import io.sluice.backend.ServerState;
import io.sluice.health.CheckReport;
import io.sluice.health.CheckResult;
import io.sluice.health.HealthChecks;
import io.sluice.health.ServerHealth;
import io.sluice.session.Frontend;
import java.util.ArrayList;
import java.util.List;

/**
 * What is there now, in the order of the configuration. Each number is true at the moment at which
 * it was read.
 */
public record Overview(List<FrontendNow> frontends, List<BackendNow> backends) {

  /**
   * A frontend.
   *
   * @param sessions its sessions
   * @param maxConnections how many it may have
   */
  public record FrontendNow(String name, int sessions, int maxConnections) {}

  /**
   * A backend.
   *
   * @param sessions its sessions
   * @param queued those who wait for any of its servers
   */
  public record BackendNow(String name, int sessions, int queued, List<ServerNow> servers) {}

  /**
   * A server.
   *
   * @param address where it is
   * @param state of it
   * @param isBackup whether it stands in for others
   * @param weight its share of new sessions
   * @param sessions its sessions
   * @param limit how many it takes now; {@link Integer#MAX_VALUE} where there is no limit
   * @param queued those who wait for this server and no other
   * @param check the last result of its check, or {@link CheckResult#NONE}
   */
  public record ServerNow(
      String name,
      String address,
      ServerState state,
      boolean isBackup,
      int weight,
      int sessions,
      int limit,
      int queued,
      CheckResult check) {}

  public Overview {
    frontends = List.copyOf(frontends);
    backends = List.copyOf(backends);
  }

  static Overview of(Services services, HealthChecks checks) {
    List<FrontendNow> frontends = new ArrayList<>();
    for (Frontend frontend : services.frontends().values()) {
      frontends.add(
          new FrontendNow(frontend.name(), frontend.sessionsNow(), frontend.gate().max()));
    }
    List<BackendNow> backends = new ArrayList<>();
    for (Backend backend : services.backends().values()) {
      List<ServerNow> servers =
          backend.servers().stream().map(server -> of(server, checks)).toList();
      backends.add(
          new BackendNow(backend.name(), backend.sessions().get(), backend.queued(), servers));
    }
    return new Overview(frontends, backends);
  }

  private static ServerNow of(Server server, HealthChecks checks) {
    return new ServerNow(
        server.name(),
        server.address().toString(),
        server.state(),
        server.isBackup(),
        server.weight(),
        server.sessions(),
        server.limit(),
        server.queued(),
        checks
            .of(server)
            .flatMap(ServerHealth::check)
            .map(CheckReport::last)
            .orElse(CheckResult.NONE));
  }
}
