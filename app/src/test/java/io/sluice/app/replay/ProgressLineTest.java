package io.sluice.app.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressLineTest {

  private static ReplayResult soFar(long sessions, long sent, long failures, long divergences) {
    return new ReplayResult(
        sessions, sent, 1_000, 2, failures, divergences, 0, List.of(), List.of());
  }

  @Test
  void shareIsThatOfTheBytes() {
    assertThat(ProgressLine.of(soFar(3, 500_000, 0, 0), 10, 1_000_000))
        .isEqualTo(
            "[============>           ]  50 %  3/10 sessions, 500.0 kB sent, 1.0 kB received,"
                + " 250.5 kB/s");
  }

  @Test
  void withoutBytesItIsThatOfTheSessions() {
    assertThat(ProgressLine.of(soFar(10, 0, 2, 1), 10, 0))
        .startsWith("[========================] 100 %  10/10 sessions, 0 B sent")
        .endsWith(", 2 failed, 1 diverged");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "999, 999 B",
    "1000, 1.0 kB",
    "999949, 999.9 kB",
    "999950, 1.0 MB",
    "5300000000, 5.3 GB"
  })
  void amountsHaveThreeDigitsAtMost(long bytes, String text) {
    assertThat(Amount.of(bytes)).isEqualTo(text);
  }
}
