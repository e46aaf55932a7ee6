package io.sluice.bench.goals;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.bench.peer.Contender;
import io.sluice.bench.peer.Contenders;
import io.sluice.bench.workload.Workload;
import io.sluice.bench.workload.Workloads;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class GoalsTest {

  private static final Set<String> WORKLOADS =
      Workloads.all().stream().map(Workload::name).collect(Collectors.toSet());
  private static final List<String> CONTENDERS =
      Contenders.all(Path.of("."), "sluice", "haproxy", 1).stream().map(Contender::name).toList();

  @Test
  void everyGoalIsAboutWorkloadsThatExist() {
    assertThat(Goals.all())
        .flatExtracting(Goal::pairs)
        .allSatisfy(pair -> assertThat(WORKLOADS).contains(pair.ours(), pair.theirs()));
  }

  @Test
  void everyGoalIsAboutContendersThatExist() {
    assertThat(Goals.all())
        .allSatisfy(goal -> assertThat(CONTENDERS).contains(goal.ours()).anyMatch(goal::isAgainst));
  }

  @Test
  void noGoalIsListedTwice() {
    assertThat(Goals.all()).doesNotHaveDuplicates();
  }

  @Test
  void onlyHaproxyWithLargePipesHasNoLimit() {
    assertThat(Goals.all())
        .filteredOn(goal -> goal.limit().isEmpty())
        .hasSize(3)
        .allSatisfy(goal -> assertThat(goal.peers()).containsExactly("haproxy-splice-1m"));
  }

  @Test
  void defaultPipesAreNotMistakenForLargeOnes() {
    assertThat(Goals.all())
        .filteredOn(goal -> goal.isAgainst("haproxy-splice") && goal.peers().size() == 1)
        .filteredOn(goal -> !goal.peers().contains("haproxy-*"))
        .hasSize(3)
        .noneMatch(goal -> goal.isAgainst("haproxy-splice-1m"));
  }
}
