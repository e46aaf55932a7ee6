package io.sluice.proxy;

import io.sluice.stats.Counter;
import io.sluice.transport.Poller;
import java.util.List;
import java.util.Map;

/**
 * What the proxy has done and holds, at one moment.
 *
 * @param all the sum over all loops
 * @param frontends by name
 * @param backends by name
 * @param servers by {@code backend/server}
 * @param loops what each loop holds
 */
public record Snapshot(
    Map<Counter, Long> all,
    Map<String, Map<Counter, Long>> frontends,
    Map<String, Map<Counter, Long>> backends,
    Map<String, Map<Counter, Long>> servers,
    List<Loop> loops) {

  /**
   * One event loop.
   *
   * @param counters what was counted on it
   * @param sessions sessions now
   * @param timers armed timers now
   * @param turns turns of the loop, ever
   * @param usage what its poller holds
   */
  public record Loop(
      Map<Counter, Long> counters, int sessions, int timers, long turns, Poller.Usage usage) {}
}
