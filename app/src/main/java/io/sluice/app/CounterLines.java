package io.sluice.app;

import io.sluice.proxy.Snapshot;
import io.sluice.stats.Counter;
import io.sluice.transport.Poller;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** All counters as log lines, one for each scope: {@code counters frontend web: key=value ...}. */
final class CounterLines {
  private CounterLines() {}

  static List<String> of(Snapshot snapshot) {
    List<String> lines = new ArrayList<>();
    lines.add(line("proxy", snapshot.all()));
    snapshot.frontends().forEach((name, values) -> lines.add(line("frontend " + name, values)));
    snapshot.backends().forEach((name, values) -> lines.add(line("backend " + name, values)));
    snapshot.servers().forEach((name, values) -> lines.add(line("server " + name, values)));
    snapshot.mirrors().forEach((name, state) -> lines.add(line(name, state)));
    for (int index = 0; index < snapshot.loops().size(); index++) {
      Snapshot.Loop loop = snapshot.loops().get(index);
      lines.add(line("loop " + index, loop.counters()) + holdings(loop));
    }
    return lines;
  }

  private static String line(String scope, Map<Counter, Long> values) {
    StringBuilder line = new StringBuilder(1024).append("counters ").append(scope).append(':');
    values.forEach(
        (counter, value) -> line.append(' ').append(counter.key()).append('=').append(value));
    return line.toString();
  }

  private static String line(String mirror, Snapshot.MirrorState state) {
    StringBuilder line = new StringBuilder(512).append("counters mirror ").append(mirror);
    line.append(':');
    state
        .counters()
        .forEach(
            (counter, value) -> line.append(' ').append(counter.key()).append('=').append(value));
    line.append(" active=").append(state.active());
    line.append(" lag_ms=").append(TimeUnit.NANOSECONDS.toMillis(state.lagNs()));
    // Rounded down: 100 is said only when nothing is missing.
    line.append(" coverage=").append((int) (state.coverage() * 100)).append('%');
    return line.toString();
  }

  private static String holdings(Snapshot.Loop loop) {
    Poller.Usage usage = loop.usage();
    return " sessions="
        + loop.sessions()
        + " timers="
        + loop.timers()
        + " turns_total="
        + loop.turns()
        + " sockets="
        + usage.sockets()
        + " pipes_in_use="
        + usage.pipesInUse()
        + " pipes_idle="
        + usage.pipesIdle()
        + " buffers_in_use="
        + usage.buffersInUse()
        + " stale_events_total="
        + usage.staleEvents()
        + " runt_pipes_total="
        + usage.runtPipes();
  }
}
