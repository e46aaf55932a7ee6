package io.sluice.bench.report;

import io.sluice.bench.workload.Timing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How a run was made: what the report says before its tables.
 *
 * @param loops threads of the generator on each side
 * @param sending how bulk bytes get into the socket
 * @param discarding how they are discarded
 * @param counting how system calls are counted
 * @param pinning who keeps to which CPUs; empty when nobody
 * @param busy processes that compute beside everything
 * @param network one sentence on the loopback that was used
 * @param parts when each part of the run was begun
 */
public record Method(
    int rounds,
    Timing timing,
    Timing warmUp,
    int loops,
    String sending,
    String discarding,
    String counting,
    String pinning,
    int busy,
    String network,
    List<String> parts) {

  /** Sentences, in the order of the report. */
  public List<String> sentences() {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%d rounds, interleaved (A B C A B C …); each cell is median [min..max]; windows of"
                + " %.2f s after a ramp of %.2f s that begins when all bulk connections are open.",
            rounds,
            timing.window().toMillis() / 1e3,
            timing.ramp().toMillis() / 1e3));
    lines.add(
        String.format(
            Locale.ROOT,
            "Before the first round of a workload every contender, compiled or not, has the same"
                + " unmeasured warm-up of it: %.2f s.",
            warmUp.window().toMillis() / 1e3));
    lines.add(
        String.format(
            Locale.ROOT,
            "Client and server are %d + %d threads of one other process on the same machine; bulk"
                + " is sent with %s and discarded with %s.",
            loops,
            loops,
            sending,
            discarding));
    lines.add(network);
    lines.add(
        pinning.isEmpty()
            ? "Nobody is pinned to a CPU: where client, proxy and server run is the scheduler's"
                + " choice, which can make round trips bimodal; `--pin` fixes it."
            : pinning);
    if (busy > 0) {
      lines.add(busy + " process(es) that only compute ran beside all of it, in \"others\".");
    }
    lines.add(
        "Proxy CPU is the sum of /proc/PID/task/*/schedstat over all the contender's processes;"
            + " kernel work on loopback is charged to whoever caused it. \"load\" is the"
            + " generator's CPU, \"machine\" everybody's by /proc/stat, also for each unit of work;"
            + " \"others\" is what remains: other programs and interrupts. Where it is large the"
            + " round was disturbed. With load tools of others it holds their CPU.");
    lines.add(
        "System calls are counted in one more run of each contender after the rounds: "
            + counting
            + ".");
    lines.add(
        "Round trips and connections are closed loops, so the tail of their latency is a lower"
            + " bound; only the rate- workloads keep to a schedule and count from the due time.");
    lines.add(
        "Idle memory is what the contender's own memory grows by from before the sessions to with"
            + " them, divided by their number: Pss_Anon, Pss_Shmem and SwapPss of"
            + " /proc/PID/smaps_rollup, the same for all. It holds garbage and slack of allocators"
            + " and heaps, not the socket buffers in the kernel. Live Java heap is for information:"
            + " what is left after a full collection, in one more run after the rounds.");
    lines.add("RSS counts pages that several workers share once for each.");
    if (parts.size() > 1) {
      lines.add(
          "Measured in "
              + parts.size()
              + " parts with the same commit, settings and contenders, begun "
              + String.join(", ", parts)
              + "; each workload is whole in one of them. Load average and zero-copy table are of"
              + " the last.");
    }
    return List.copyOf(lines);
  }
}
