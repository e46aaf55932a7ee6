package io.sluice.bench.site;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** They compute while they are there, and are gone afterwards. */
class BusyNeighboursTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static List<ProcessHandle> computing(BusyNeighbours neighbours) {
    return neighbours.processes().stream()
        .flatMap(ProcessHandle::children)
        .filter(child -> cpu(child).compareTo(Duration.ofMillis(20)) > 0)
        .toList();
  }

  private static Duration cpu(ProcessHandle process) {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  @Test
  void theyComputeUntilTheEnd() throws Exception {
    List<ProcessHandle> all;
    List<ProcessHandle> computing;
    try (BusyNeighbours neighbours = BusyNeighbours.start(2)) {
      all = neighbours.processes();
      Awaitility.await().atMost(PATIENCE).until(() -> computing(neighbours).size() == 2);
      computing = computing(neighbours);
    }

    assertThat(all).hasSize(2);
    Awaitility.await().atMost(PATIENCE).until(() -> all.stream().noneMatch(ProcessHandle::isAlive));
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> computing.stream().noneMatch(ProcessHandle::isAlive));
  }
}
