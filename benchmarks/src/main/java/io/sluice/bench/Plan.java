package io.sluice.bench;

import io.sluice.bench.workload.Timing;
import io.sluice.bench.workload.Workload;
import java.time.Duration;
import java.util.List;

/**
 * What will be run.
 *
 * @param warmUp the timing of the unmeasured run that each contender has before its first round
 */
record Plan(List<Workload> workloads, int rounds, Timing timing, Timing warmUp) {

  /** What an idle run takes: it has its own process and its own windows. */
  private static final Duration UNTIMED_RUN = Duration.ofSeconds(6);

  /** One line: how much and about how long. */
  String estimate(int contenders) {
    Duration sum = Duration.ZERO;
    for (Workload workload : workloads) {
      Duration run = workload.warmsUp() ? timing.ramp().plus(timing.window()) : UNTIMED_RUN;
      Duration warm = workload.warmsUp() ? warmUp.ramp().plus(warmUp.window()) : Duration.ZERO;
      sum = sum.plus(run.multipliedBy(rounds)).plus(warm);
    }
    long minutes = sum.multipliedBy(contenders).plusSeconds(59).toMinutes();
    return workloads.size()
        + " workloads, "
        + contenders
        + " contenders, "
        + rounds
        + " rounds: about "
        + minutes
        + " min";
  }
}
