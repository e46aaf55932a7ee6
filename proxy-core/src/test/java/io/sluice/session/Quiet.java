package io.sluice.session;

import io.sluice.linux.FaultySyscalls.Call;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * What a loop did in a stretch of real time in which nothing was asked of it.
 *
 * @param turns turns of the loop; one for every event, if there was any
 * @param calls system calls other than the waiting
 * @param cpuNs time of a processor used
 */
record Quiet(long turns, long calls, long cpuNs, long realNs) {
  private static final int SETTLING_TURNS = 10;

  /**
   * For late acknowledgements, retransmissions and window probes of two full connections, each an
   * event that asks for no call: 9 have been seen. Who spins makes thousands.
   */
  private static final int TURNS_MAX = 50;

  private static final int CALLS_MAX = 7;

  /** Lets {@code harness} turn for a while as its own thread would, after it has settled. */
  static Quiet observe(LoopHarness harness) {
    harness.turns(SETTLING_TURNS);
    long callsBefore = calls(harness);
    long turnsBefore = harness.loop.turns();
    long cpuBefore = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    long begunNs = System.nanoTime();
    long endNs = begunNs + Duration.ofMillis(150).toNanos();
    for (long now = begunNs; now < endNs; now = System.nanoTime()) {
      harness.loop.turn((int) Duration.ofNanos(endNs - now).toMillis() + 1);
    }
    return new Quiet(
        harness.loop.turns() - turnsBefore,
        calls(harness) - callsBefore,
        ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpuBefore,
        System.nanoTime() - begunNs);
  }

  /** Fails if {@code harness} does anything but wait. */
  static void expect(LoopHarness harness) {
    Quiet quiet = observe(harness);
    if (quiet.turns > TURNS_MAX || quiet.calls > CALLS_MAX || quiet.cpuNs > quiet.realNs / 4) {
      throw new AssertionError("not idle: " + quiet + ", " + harness.poller.usage());
    }
  }

  private static long calls(LoopHarness harness) {
    long sum = 0;
    for (Call call : Call.values()) {
      sum += call == Call.EPOLL_WAIT ? 0 : harness.sys.calls(call);
    }
    return sum;
  }
}
