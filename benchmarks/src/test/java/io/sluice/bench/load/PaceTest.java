package io.sluice.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {

  @Test
  void scheduleIsNotShiftedByLateAnswers() {
    Pace pace = Pace.every(1_000, 100);

    assertThat(pace.nextNs(0)).isEqualTo(1_000);
    assertThat(pace.nextNs(5_000)).isEqualTo(1_100);
    assertThat(pace.nextNs(5_001)).isEqualTo(1_200);
  }

  @Test
  void closedLoopAsksAtOnce() {
    assertThat(Pace.CLOSED_LOOP.nextNs(77)).isEqualTo(77);
  }

  @Test
  void gridPointIsNeverBefore() {
    assertThat(Ticker.align(0)).isZero();
    assertThat(Ticker.align(1)).isEqualTo(1_000_000);
    assertThat(Ticker.align(1_000_000)).isEqualTo(1_000_000);
    assertThat(Ticker.align(-1)).isZero();
  }
}
