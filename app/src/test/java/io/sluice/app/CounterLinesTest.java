package io.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.mirror.MirrorCounter;
import io.sluice.proxy.Snapshot;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CounterLinesTest {

  private static String line(long bytes, long eligible) {
    Map<MirrorCounter, Long> counters = new EnumMap<>(MirrorCounter.class);
    for (MirrorCounter counter : MirrorCounter.values()) {
      counters.put(counter, 0L);
    }
    counters.put(MirrorCounter.SESSIONS, 7L);
    counters.put(MirrorCounter.BYTES, bytes);
    counters.put(MirrorCounter.ELIGIBLE_BYTES, eligible);
    counters.put(MirrorCounter.DETACHED_MAX_BYTES, 2L);
    Map<String, Snapshot.MirrorState> mirrors =
        Map.of("shadow", new Snapshot.MirrorState(counters, 3, 1_999_999));
    List<String> lines =
        CounterLines.of(new Snapshot(Map.of(), Map.of(), Map.of(), Map.of(), mirrors, List.of()));
    assertThat(lines).hasSize(2);
    return lines.get(1);
  }

  @Test
  void mirrorHasALineWithAllThatIsCountedAndWhatItHolds() {
    String line = line(50, 200);

    assertThat(line)
        .startsWith("counters mirror shadow: sessions_total=7 ")
        .contains(" bytes_total=50 ", " eligible_bytes_total=200 ", " detached_max_bytes_total=2 ")
        .endsWith(" active=3 lag_ms=1 coverage=25%");
    for (MirrorCounter counter : MirrorCounter.values()) {
      assertThat(line).contains(" " + counter.key() + "=");
    }
  }

  @Test
  void coverageIsNeverRoundedUp() {
    assertThat(line(999_999, 1_000_000)).endsWith(" coverage=99%");
    assertThat(line(1_000_000, 1_000_000)).endsWith(" coverage=100%");
    assertThat(line(0, 0)).endsWith(" coverage=100%");
  }
}
