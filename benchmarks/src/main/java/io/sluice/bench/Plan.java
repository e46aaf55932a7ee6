package io.sluice.bench;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import io.sluice.bench.peer.Contender;
import io.sluice.bench.site.Scene;
import io.sluice.bench.workload.Timing;
import io.sluice.bench.workload.Workload;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What will be run.
 *
 * @param warmUp the timing of the unmeasured run that each contender has before its first round
 */
record Plan(List<Workload> workloads, int rounds, Timing timing, Timing warmUp) {

  /** What an idle run takes: it has its own process and its own windows. */
  private static final Duration UNTIMED_RUN = Duration.ofSeconds(3);

  /** Besides the windows: opening, settling, a counted run for each contender. */
  private static final Duration OPENING = Duration.ofMillis(50);

  private static final Duration COUNTED_RUN = Duration.ofMillis(800);

  /** Those that are run before the same contenders: of one scene and one number of threads. */
  List<List<Workload>> groups() {
    Map<Scene, Map<Integer, List<Workload>>> groups =
        workloads.stream()
            .collect(
                groupingBy(
                    Workload::scene,
                    () -> new EnumMap<>(Scene.class),
                    groupingBy(Workload::threads, TreeMap::new, toList())));
    return groups.values().stream().flatMap(byThreads -> byThreads.values().stream()).toList();
  }

  /** One line: how much and about how long. */
  String estimate(List<Contender> contenders) {
    Duration sum = Duration.ZERO;
    for (Workload workload : workloads) {
      long taking = contenders.stream().filter(workload.scene()::admits).count();
      Duration run = timing.ramp().plus(timing.window()).plus(OPENING);
      Duration once = warmUp.ramp().plus(warmUp.window()).plus(COUNTED_RUN);
      Duration each =
          workload.warmsUp()
              ? run.multipliedBy(rounds).plus(once)
              : UNTIMED_RUN.multipliedBy(rounds);
      sum = sum.plus(each.multipliedBy(taking));
    }
    long minutes = sum.plusSeconds(59).toMinutes();
    return workloads.size()
        + " workloads, "
        + contenders.size()
        + " contenders, "
        + rounds
        + " rounds: about "
        + minutes
        + " min";
  }
}
