package io.sluice.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.bench.workload.Timing;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MethodTest {

  @Test
  void severalPartsAreNamed() {
    assertThat(sentences(List.of("monday", "tuesday")))
        .filteredOn(line -> line.startsWith("Measured in 2 parts"))
        .singleElement()
        .satisfies(line -> assertThat(line).contains("begun monday, tuesday"));
  }

  @Test
  void onePartIsNotWorthASentence() {
    assertThat(sentences(List.of("monday"))).noneMatch(line -> line.startsWith("Measured in"));
  }

  @Test
  void processesThatOnlyComputeAreTold() {
    assertThat(sentences(2, List.of("monday"))).anyMatch(line -> line.startsWith("2 process(es) "));
    assertThat(sentences(List.of("monday"))).noneMatch(line -> line.contains("process(es)"));
  }

  private static List<String> sentences(List<String> parts) {
    return sentences(0, parts);
  }

  private static List<String> sentences(int busy, List<String> parts) {
    Timing timing = new Timing(Duration.ZERO, Duration.ofSeconds(1));
    return new Method(5, timing, timing, 1, "send", "recv", "perf", "", busy, "loopback", parts)
        .sentences();
  }
}
