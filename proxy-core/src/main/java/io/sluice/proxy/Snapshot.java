package io.sluice.proxy;

import io.sluice.mirror.MirrorCounter;
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
 * @param mirrors by name
 * @param loops what each loop holds
 */
public record Snapshot(
    Map<Counter, Long> all,
    Map<String, Map<Counter, Long>> frontends,
    Map<String, Map<Counter, Long>> backends,
    Map<String, Map<Counter, Long>> servers,
    Map<String, MirrorState> mirrors,
    List<Loop> loops) {

  /**
   * One mirror.
   *
   * @param counters what was counted for it
   * @param active sessions that are mirrored now, or whose last bytes are still on their way
   * @param lagNs the longest that a byte has waited for it now, for certain; nanoseconds
   */
  public record MirrorState(Map<MirrorCounter, Long> counters, int active, long lagNs) {

    /** Bytes taken by bytes that could have been, from 0 to 1; 1 when there were none. */
    public double coverage() {
      long eligible = counters.get(MirrorCounter.ELIGIBLE_BYTES);
      return eligible == 0 ? 1 : Math.min(1, (double) counters.get(MirrorCounter.BYTES) / eligible);
    }
  }

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
