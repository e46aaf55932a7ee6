package io.sluice.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The timing wheel, tick by tick. */
class TimersTest {
  private static final long MS = 1_000_000;

  private final List<String> fired = new ArrayList<>();

  private final class Named extends Timer {
    private final String name;
    Runnable then = () -> {};

    Named(String name) {
      this.name = name;
    }

    @Override
    protected void onTimer() {
      assertThat(isArmed()).as("armed while it fires").isFalse();
      fired.add(name);
      then.run();
    }
  }

  /** Around every boundary of the wheel's levels, and of a slot within them. */
  @ParameterizedTest
  @ValueSource(
      longs = {
        1,
        2,
        62,
        63,
        64,
        65,
        127,
        128,
        129,
        4095,
        4096,
        4097,
        4159,
        4160,
        8192,
        262_143,
        262_144,
        262_145,
        16_777_216,
        16_777_217,
        1_073_741_825
      })
  void firesExactlyAtItsTick(long ticks) {
    for (long start : new long[] {0, 1, 63, 64, 4095, 262_143}) {
      Timers timers = new Timers(0);
      timers.advance(start * MS);
      Named timer = new Named("t");
      timers.arm(timer, (start + ticks) * MS);

      assertThat(timers.advance((start + ticks) * MS - 1)).as("a nanosecond early").isZero();
      assertThat(timer.isArmed()).isTrue();
      assertThat(timers.advance((start + ticks) * MS)).isEqualTo(1);
      assertThat(timer.isArmed()).isFalse();
      assertThat(timers.size()).isZero();
    }
  }

  @Test
  void aDeadlineBetweenTicksIsRoundedUp() {
    Timers timers = new Timers(0);
    timers.arm(new Named("t"), 5 * MS + 1);

    assertThat(timers.advance(6 * MS - 1)).isZero();
    assertThat(timers.advance(6 * MS)).isEqualTo(1);
  }

  @Test
  void aDeadlineThatHasPassedFiresAtTheNextTick() {
    Timers timers = new Timers(0);
    timers.advance(100 * MS);
    timers.arm(new Named("t"), 7 * MS);

    assertThat(timers.waitMs(100 * MS)).isEqualTo(1);
    assertThat(timers.advance(100 * MS)).isZero();
    assertThat(timers.advance(101 * MS)).isEqualTo(1);
  }

  @Test
  void oneLongAdvanceFiresEverythingInOrder() {
    Timers timers = new Timers(0);
    long[] ticks = {300_000, 5, 70, 4100, 64, 4096, 6, 262_145, 63, 20_000_000};
    for (long tick : ticks) {
      timers.arm(new Named(String.format("%09d", tick)), tick * MS);
    }

    assertThat(timers.advance(30_000_000 * MS)).isEqualTo(ticks.length);
    assertThat(fired).hasSize(ticks.length).isSorted();
  }

  @Test
  void armingAgainMovesTheDeadlineBothWays() {
    Timers timers = new Timers(0);
    Named timer = new Named("t");
    timers.arm(timer, 5000 * MS);
    timers.arm(timer, 50 * MS);
    assertThat(timers.size()).isEqualTo(1);
    assertThat(timers.advance(50 * MS)).isEqualTo(1);

    timers.arm(timer, 60 * MS);
    timers.arm(timer, 9000 * MS);
    assertThat(timers.advance(8999 * MS)).isZero();
    assertThat(timers.advance(9000 * MS)).isEqualTo(1);
    assertThat(timers.size()).isZero();
  }

  @Test
  void cancelIsHarmlessWhenNotArmedAndFinalWhenArmed() {
    Timers timers = new Timers(0);
    Named timer = new Named("t");
    timers.cancel(timer);
    timers.arm(timer, 70 * MS);
    timers.cancel(timer);
    timers.cancel(timer);

    assertThat(timers.size()).isZero();
    assertThat(timers.waitMs(0)).isEqualTo(-1);
    assertThat(timers.advance(100 * MS)).isZero();
  }

  @Test
  void aTimerMayCancelAnotherThatIsDueInTheSameTick() {
    Timers timers = new Timers(0);
    Named[] three = {new Named("0"), new Named("1"), new Named("2")};
    for (Named one : three) {
      timers.arm(one, 10 * MS);
      one.then =
          () -> {
            for (Named other : three) {
              timers.cancel(other);
            }
          };
    }

    assertThat(timers.advance(10 * MS)).isEqualTo(1);
    assertThat(timers.size()).isZero();
    assertThat(timers.advance(1000 * MS)).isZero();
  }

  @Test
  void aTimerMayMoveAnotherThatIsDueInTheSameTick() {
    Timers timers = new Timers(0);
    Named[] two = {new Named("0"), new Named("1")};
    for (int i = 0; i < 2; i++) {
      Named other = two[1 - i];
      two[i].then =
          () -> {
            if (other.isArmed()) {
              timers.arm(other, 30 * MS);
            }
          };
      timers.arm(two[i], 10 * MS);
    }

    assertThat(timers.advance(29 * MS)).isEqualTo(1);
    assertThat(timers.advance(30 * MS)).isEqualTo(1);
    assertThat(fired).containsExactlyInAnyOrder("0", "1");
  }

  @Test
  void aTimerThatArmsItselfFiresInEveryTickOfOneAdvance() {
    Timers timers = new Timers(0);
    Named timer = new Named("t");
    timer.then = () -> timers.arm(timer, 0);
    timers.arm(timer, MS);

    assertThat(timers.advance(200 * MS)).isEqualTo(200);
    assertThat(timers.advance(200 * MS)).as("the same moment again").isZero();
    assertThat(timers.size()).isEqualTo(1);
  }

  @Test
  void aDeadlineBeyondTheWheelFiresAtTheEndOfTheWheel() {
    Timers timers = new Timers(0);
    Named timer = new Named("t");
    timers.arm(timer, Long.MAX_VALUE / 2); // 146 years.

    assertThat(timers.advance(Duration.ofDays(365).toNanos())).isZero();
    assertThat(timers.advance(Duration.ofDays(3 * 365).toNanos())).isEqualTo(1);
  }

  @Test
  void waitMsIsNeverTooLongAndReachesTheDeadlineInFewSteps() {
    for (long ticks : new long[] {1, 63, 64, 100, 4096, 5000, 300_001, 20_000_003}) {
      Timers timers = new Timers(0);
      timers.arm(new Named("t"), ticks * MS - 300_000);
      long nowNs = 250_000; // Polls do not begin on a tick.
      int polls = 0;
      while (timers.size() > 0) {
        int waitMs = timers.waitMs(nowNs);
        assertThat(waitMs).as("a wait of nothing spins").isPositive();
        nowNs += waitMs * MS;
        timers.advance(nowNs);
        polls++;
      }
      assertThat(nowNs).isBetween(ticks * MS, (ticks + 1) * MS);
      assertThat(polls).isLessThanOrEqualTo(6);
    }
  }

  @Test
  void waitMsIsZeroWhenSomethingIsDueAndMinusOneWhenNothingIsArmed() {
    Timers timers = new Timers(0);
    assertThat(timers.waitMs(0)).isEqualTo(-1);
    timers.arm(new Named("t"), 10 * MS);

    assertThat(timers.waitMs(10 * MS)).isZero();
    assertThat(timers.waitMs(5000 * MS)).isZero();
    assertThat(timers.waitMs(10 * MS - 1)).isEqualTo(1);
  }

  /** System.nanoTime may be negative and may wrap: only differences count. */
  @ParameterizedTest
  @ValueSource(
      longs = {
        Long.MIN_VALUE,
        -1_234_567_890_123_456_789L,
        -5 * MS,
        -1,
        Long.MAX_VALUE - 3 * MS,
        Long.MAX_VALUE
      })
  void onlyDifferencesOfTimeCount(long originNs) {
    Timers timers = new Timers(originNs);
    timers.arm(new Named("a"), originNs + 10 * MS);
    timers.arm(new Named("b"), originNs + 5000 * MS);

    assertThat(timers.waitMs(originNs)).isEqualTo(10);
    assertThat(timers.advance(originNs + 10 * MS - 1)).isZero();
    assertThat(timers.advance(originNs + 10 * MS)).isEqualTo(1);
    assertThat(timers.advance(originNs + 4999 * MS)).isZero();
    assertThat(timers.advance(originNs + 5000 * MS)).isEqualTo(1);
    assertThat(fired).containsExactly("a", "b");
  }

  @Test
  void aClockThatStepsBackFiresNothingAndLosesNothing() {
    Timers timers = new Timers(0);
    timers.advance(1000 * MS);
    timers.arm(new Named("t"), 1010 * MS);

    assertThat(timers.advance(500 * MS)).isZero();
    assertThat(timers.advance(1009 * MS)).isZero();
    assertThat(timers.advance(1010 * MS)).isEqualTo(1);
  }

  @Test
  void anExceptionInATimerDelaysNoOther() {
    for (long tick : new long[] {10, 64, 4096}) {
      fired.clear();
      Timers timers = new Timers(0);
      for (String name : List.of("a", "b", "c")) {
        Named timer = new Named(name);
        timer.then =
            () -> {
              timers.arm(new Named("later"), (tick + 63) * MS);
              throw new IllegalStateException("of the test");
            };
        timers.arm(timer, tick * MS);
      }

      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> timers.advance(tick * MS)).hasMessage("of the test");
        assertThat(timers.waitMs(tick * MS)).isEqualTo(i < 2 ? 0 : 63);
      }
      assertThat(fired).containsExactlyInAnyOrder("a", "b", "c");
      assertThat(timers.advance((tick + 62) * MS)).isZero();
      assertThat(timers.advance((tick + 63) * MS)).isEqualTo(3);
    }
  }
}
