package io.sluice.app;

import io.sluice.app.replay.Amount;
import io.sluice.backend.ServerState;
import io.sluice.backend.ServerState.Admin;
import io.sluice.health.CheckResult;
import io.sluice.mirror.MirrorCounter;
import io.sluice.proxy.Overview;
import io.sluice.proxy.Overview.BackendNow;
import io.sluice.proxy.Overview.ServerNow;
import io.sluice.proxy.Snapshot;
import io.sluice.stats.Counter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What {@code sluice status} shows: frontends, backends with their servers, mirrors, each a table,
 * with an empty line between two. The words are those of HAProxy's {@code show stat}.
 */
final class StatusTables {
  private static final String NONE = "-";

  private StatusTables() {}

  static List<String> of(Overview overview, Snapshot snapshot) {
    List<String> lines = new ArrayList<>(frontends(overview, snapshot).lines());
    lines.add("");
    lines.addAll(servers(overview, snapshot).lines());
    if (!snapshot.mirrors().isEmpty()) {
      lines.add("");
      lines.addAll(mirrors(snapshot).lines());
    }
    lines.add("");
    return lines;
  }

  private static Table frontends(Overview overview, Snapshot snapshot) {
    Table table =
        new Table(1, "frontend", "sessions", "limit", "total", "to server", "to client", "denied");
    for (Overview.FrontendNow frontend : overview.frontends()) {
      Map<Counter, Long> counted = snapshot.frontends().get(frontend.name());
      if (counted != null) { // A reload may have come in between.
        table.row(
            frontend.name(),
            frontend.sessions(),
            frontend.maxConnections(),
            counted.get(Counter.SESSIONS),
            Amount.of(counted.get(Counter.BYTES_TO_SERVER)),
            Amount.of(counted.get(Counter.BYTES_TO_CLIENT)),
            counted.get(Counter.DENIED_CONNECTIONS));
      }
    }
    return table;
  }

  private static Table servers(Overview overview, Snapshot snapshot) {
    Table table =
        new Table(
            4,
            "backend/server",
            "state",
            "check",
            "address",
            "weight",
            "sessions",
            "limit",
            "queue",
            "total",
            "to server",
            "to client",
            "failed");
    for (BackendNow backend : overview.backends()) {
      long up = backend.servers().stream().filter(server -> server.state().isUp()).count();
      Map<Counter, Long> all = snapshot.backends().get(backend.name());
      if (all == null) {
        continue;
      }
      table.row(
          backend.name(),
          up + " of " + backend.servers().size() + " up",
          NONE,
          NONE,
          NONE,
          backend.sessions(),
          NONE,
          backend.queued(),
          all.get(Counter.SESSIONS),
          Amount.of(all.get(Counter.BYTES_TO_SERVER)),
          Amount.of(all.get(Counter.BYTES_TO_CLIENT)),
          all.get(Counter.CONNECT_FAILURES));
      for (ServerNow server : backend.servers()) {
        String name = backend.name() + "/" + server.name();
        Map<Counter, Long> counted = snapshot.servers().get(name);
        if (counted != null) {
          addServer(table, name, server, counted);
        }
      }
    }
    return table;
  }

  private static void addServer(
      Table table, String name, ServerNow server, Map<Counter, Long> counted) {
    table.row(
        name,
        text(server.state()) + (server.isBackup() ? ", backup" : ""),
        found(server.check()),
        server.state().resolved() ? server.address() : NONE,
        server.weight(),
        server.sessions(),
        server.limit() == Integer.MAX_VALUE ? NONE : server.limit(),
        server.queued(),
        counted.get(Counter.SESSIONS),
        Amount.of(counted.get(Counter.BYTES_TO_SERVER)),
        Amount.of(counted.get(Counter.BYTES_TO_CLIENT)),
        counted.get(Counter.CONNECT_FAILURES));
  }

  /** HAProxy's word, and what it leaves out: that a server that is down is also to be drained. */
  static String text(ServerState state) {
    return state.text() + (state.admin() == Admin.DRAIN && !state.isUp() ? ", drain" : "");
  }

  /** As on HAProxy's page of statistics: {@code L7OK/200 in 1ms}. */
  private static String found(CheckResult result) {
    if (result.equals(CheckResult.NONE)) {
      return NONE;
    }
    return result.status()
        + (result.status().hasCode() ? "/" + result.code() : "")
        + (result.durationMs() < 0 ? "" : " in " + result.durationMs() + "ms");
  }

  private static Table mirrors(Snapshot snapshot) {
    Table table = new Table(1, "mirror", "sessions", "total", "bytes", "coverage", "lag");
    snapshot
        .mirrors()
        .forEach(
            (name, mirror) ->
                table.row(
                    name,
                    mirror.active(),
                    mirror.counters().get(MirrorCounter.SESSIONS),
                    Amount.of(mirror.counters().get(MirrorCounter.BYTES)),
                    (int) (mirror.coverage() * 100) + " %", // Rounded down: 100 is all of it.
                    TimeUnit.NANOSECONDS.toMillis(mirror.lagNs()) + " ms"));
    return table;
  }
}
