package io.sluice.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.CheckConfig.InitialState;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

class RiseFallTest {

  private static String shown(RiseFall counted) {
    return (counted.isUp() ? "UP " : "DOWN ") + counted.steps() + "/" + counted.of();
  }

  @ParameterizedTest
  @CsvSource({
    "UP,         2, 3, UP 1/3",
    "FULLY_UP,   2, 3, UP 3/3",
    "DOWN,       2, 3, DOWN 1/2",
    "FULLY_DOWN, 2, 3, DOWN 0/2",
    "UP,         1, 1, UP 1/1",
    "DOWN,       1, 1, DOWN 0/1",
  })
  void beginsAsConfigured(InitialState initial, int rise, int fall, String expected) {
    assertThat(shown(new RiseFall(rise, fall, initial))).isEqualTo(expected);
  }

  /** f fails, p passes; what is displayed after each. */
  @ParameterizedTest
  @CsvSource({
    "UP,       2, 3, f,      DOWN 0/2",
    "UP,       2, 3, p,      UP 3/3",
    "FULLY_UP, 2, 3, f,      UP 2/3",
    "FULLY_UP, 2, 3, ff,     UP 1/3",
    "FULLY_UP, 2, 3, fff,    DOWN 0/2",
    "FULLY_UP, 2, 3, ffp,    UP 3/3",
    "FULLY_UP, 2, 3, fffp,   DOWN 1/2",
    "FULLY_UP, 2, 3, fffpf,  DOWN 0/2",
    "FULLY_UP, 2, 3, fffpp,  UP 3/3",
    "FULLY_UP, 1, 1, f,      DOWN 0/1",
    "FULLY_UP, 1, 1, fp,     UP 1/1",
    "FULLY_UP, 5, 1, fpppp,  DOWN 4/5",
    "FULLY_UP, 5, 1, fppppp, UP 1/1",
  })
  void countsAsHaproxy(InitialState initial, int rise, int fall, String checks, String expected) {
    RiseFall counted = new RiseFall(rise, fall, initial);

    checks.chars().forEach(c -> move(counted, c == 'p'));

    assertThat(shown(counted)).isEqualTo(expected);
  }

  private static boolean move(RiseFall counted, boolean passed) {
    return passed ? counted.pass() : counted.fail();
  }

  @ParameterizedTest
  @CsvSource({"3, 4, UP 2/4, UP 1/4", "2, 1, UP 1/1, DOWN 0/2", "2, 2, UP 2/2, UP 1/2"})
  void suddenDeathLeavesOneFailureBesidesItsOwn(int rise, int fall, String before, String after) {
    RiseFall counted = new RiseFall(rise, fall, InitialState.FULLY_UP);

    counted.suddenDeath();
    assertThat(shown(counted)).isEqualTo(before);
    counted.fail();

    assertThat(shown(counted)).isEqualTo(after);
  }

  @Test
  void markedDownIsDownWithTheNextFailure() {
    RiseFall counted = new RiseFall(2, 10, InitialState.FULLY_UP);

    counted.markDown();
    counted.fail();

    assertThat(counted.isFullyDown()).isTrue();
    counted.pass();
    counted.markDown();
    assertThat(shown(counted))
        .as("a server that is down does not rise by it")
        .isEqualTo("DOWN 1/2");
  }

  /** State changes exactly after fall failures in a row while up, and rise successes while down. */
  @Test
  void stateChangesAfterAsManyInARowAsConfigured() {
    long seed = System.nanoTime();
    LoggerFactory.getLogger(RiseFallTest.class).info("seed {}", seed);
    Random random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      int rise = 1 + random.nextInt(5);
      int fall = 1 + random.nextInt(5);
      RiseFall counted = new RiseFall(rise, fall, InitialState.FULLY_UP);
      boolean up = true;
      int against = 0;
      for (int check = 0; check < 100; check++) {
        boolean passed = random.nextInt(3) > 0;
        boolean changed = move(counted, passed);
        assertThat(changed).isEqualTo(passed != up || against > 0);
        against = passed == up ? 0 : against + 1;
        if (against == (up ? fall : rise)) {
          up = !up;
          against = 0;
        }
        assertThat(counted.isUp()).isEqualTo(up);
        assertThat(counted.value()).isBetween(0, rise + fall - 1);
        assertThat(counted.steps()).isEqualTo(up ? fall - against : against);
      }
    }
  }
}
