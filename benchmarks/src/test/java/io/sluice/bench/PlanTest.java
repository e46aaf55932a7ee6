package io.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.bench.peer.Contender;
import io.sluice.bench.peer.Contenders;
import io.sluice.bench.site.Scene;
import io.sluice.bench.workload.Timing;
import io.sluice.bench.workload.Workload;
import io.sluice.bench.workload.Workloads;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PlanTest {

  private static final List<Contender> CONTENDERS =
      Contenders.all(Path.of("."), "sluice", "haproxy", 1);

  private static final Timing TIMING = new Timing(Duration.ZERO, Duration.ofSeconds(1));

  @Test
  void everyWorkloadIsInOneGroupOfItsSceneAndThreads() {
    List<Workload> workloads = Workloads.all();

    List<List<Workload>> groups = new Plan(workloads, 1, TIMING, TIMING).groups();

    assertThat(groups).hasSize(Scene.values().length + 1);
    assertThat(groups.stream().flatMap(List::stream))
        .containsExactlyInAnyOrderElementsOf(workloads);
    assertThat(groups)
        .allSatisfy(
            group -> {
              assertThat(group).extracting(Workload::scene).containsOnly(group.get(0).scene());
              assertThat(group).extracting(Workload::threads).containsOnly(group.get(0).threads());
            });
  }

  @Test
  void onlyContendersThatTakePartAreEstimated() {
    List<Workload> mirrors = Workloads.named(List.of("mirror-bulk-up-1"));
    List<Contender> others =
        CONTENDERS.stream().filter(c -> !Scene.MIRROR.admits(c)).collect(Collectors.toList());
    Timing minute = new Timing(Duration.ZERO, Duration.ofMinutes(1));

    Plan plan = new Plan(mirrors, 2, minute, TIMING);

    assertThat(mirrors).hasSize(1);
    assertThat(plan.estimate(others)).endsWith("about 0 min");
    // Two without a mirror, five with one, each two rounds of a minute and a little more.
    assertThat(plan.estimate(CONTENDERS)).endsWith("about 15 min");
  }

  @Test
  void workloadOnOneLoopHasContendersOfItsOwn() {
    assertThat(new Plan(Workloads.all(), 1, TIMING, TIMING).groups())
        .filteredOn(group -> group.get(0).threads() == 1)
        .singleElement()
        .satisfies(
            group ->
                assertThat(group).extracting(Workload::name).containsExactly("mixed-one-loop"));
  }
}
