package io.sluice.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** When a loop looks once more before it sleeps. */
class LookoutTest {
  private static final Duration FAST = Duration.ofNanos(Lookout.SLOW_NS);
  private static final Duration SLICE = FAST.multipliedBy(4);

  /** So many slices in a row make the mean slow. */
  private static final int SLICES = 5;

  private final ManualClock clock = new ManualClock();
  private final Lookout lookout = new Lookout(clock);

  /** One that finds something after {@code time}. */
  private void look(Duration time) {
    assertThat(lookout.begin()).isTrue();
    clock.advance(time);
    lookout.end(false);
  }

  private void looks(int count, Duration time) {
    for (int look = 0; look < count; look++) {
      look(time);
    }
  }

  private void expectPause(Duration pause) {
    clock.advance(pause.minusNanos(1));
    assertThat(lookout.begin()).isFalse();
    clock.advance(Duration.ofNanos(1));
  }

  @Test
  void looksThatFindSomethingAreNeverOmitted() {
    looks(1000, FAST);
  }

  @Test
  void vainOnesAreOmittedUpToThreeTimes() {
    for (int omitted : new int[] {1, 2, 3, 3}) {
      assertThat(lookout.begin()).isTrue();
      lookout.end(true);
      for (int sleep = 0; sleep < omitted; sleep++) {
        assertThat(lookout.begin()).isFalse();
      }
    }
  }

  @Test
  void aSlowOneNowAndThenMakesNoPause() {
    for (int time = 0; time < 100; time++) {
      looks(SLICES - 1, SLICE);
      looks(60, Duration.ZERO);
    }
  }

  @Test
  void whileOthersKeepTheCorePausesGrow() {
    Duration longest = Duration.ofNanos(Lookout.PAUSE_MAX_NS);
    Duration pause = Duration.ofNanos(Lookout.PAUSE_MIN_NS);
    for (int time = 0; time < 10; time++) {
      looks(SLICES, SLICE);
      expectPause(pause.compareTo(longest) < 0 ? pause : longest);
      pause = pause.multipliedBy(2);
    }
  }

  @Test
  void pausesAreForgottenAfterEnoughLooksThatAreFast() {
    Duration shortest = Duration.ofNanos(Lookout.PAUSE_MIN_NS);
    looks(SLICES, SLICE);
    expectPause(shortest);
    looks(Lookout.FORGOTTEN_AFTER - SLICES, Duration.ZERO);
    looks(SLICES, SLICE);
    expectPause(shortest.multipliedBy(2));
    looks(Lookout.FORGOTTEN_AFTER, Duration.ZERO);
    looks(SLICES, SLICE);
    expectPause(shortest);
  }
}
