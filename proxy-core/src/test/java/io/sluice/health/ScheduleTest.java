package io.sluice.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.CheckConfig.InitialState;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

class ScheduleTest {
  private final RandomGenerator random = new Random(1);

  @ParameterizedTest
  @CsvSource({
    "FULLY_UP,   true,  1000, 100, 5000, 1000",
    "UP,         true,  1000, 100, 5000, 100",
    "DOWN,       false, 1000, 100, 5000, 100",
    "FULLY_DOWN, false, 1000, 100, 5000, 5000",
    // Its check has nothing to say while an agent that took it down is gone.
    "FULLY_UP,   false, 1000, 100, 5000, 1000",
    "UP,         true,  1000, 0,   5000, 1000",
    "FULLY_DOWN, false, 1000, 100, 0,    1000",
  })
  void delayIsThatOfTheState(
      InitialState state, boolean up, long interval, long fast, long down, long expected) {
    Schedule schedule = new Schedule(interval, fast, down, 0);

    assertThat(schedule.delayNs(new RiseFall(2, 3, state), up, random)).isEqualTo(expected);
  }

  @Test
  void spreadIsEvenAndBounded() {
    long seed = System.nanoTime();
    LoggerFactory.getLogger(ScheduleTest.class).info("seed {}", seed);
    RandomGenerator chance = new Random(seed);
    Schedule schedule = new Schedule(1_000_000, 0, 0, 20);
    RiseFall up = new RiseFall(2, 3, InitialState.FULLY_UP);
    long least = Long.MAX_VALUE;
    long most = 0;
    double sum = 0;
    for (int i = 0; i < 10_000; i++) {
      long delay = schedule.delayNs(up, true, chance);
      least = Math.min(least, delay);
      most = Math.max(most, delay);
      sum += delay;
    }
    assertThat(least).isBetween(800_000L, 805_000L);
    assertThat(most).isBetween(1_195_000L, 1_200_000L);
    // Ten standard deviations of the mean.
    assertThat(sum / 10_000).isBetween(988_000.0, 1_012_000.0);
  }

  @ParameterizedTest
  @CsvSource({"0, 4, 0", "1, 4, 250", "3, 4, 750", "0, 1, 0"})
  void firstRunsFillTheInterval(int place, int count, long expected) {
    assertThat(new Schedule(1000, 0, 0, 0).firstNs(place, count)).isEqualTo(expected);
  }
}
