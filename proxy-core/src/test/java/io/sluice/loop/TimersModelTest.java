package io.sluice.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The timing wheel against a list of deadlines, by random orders from a seed. */
class TimersModelTest {
  private static final long MS = 1_000_000;
  private static final int STEPS = 20_000;
  private static final int TIMERS = 40;

  static LongStream seeds() {
    return LongStream.of(1, 2, 3, 4, ThreadLocalRandom.current().nextLong(1_000_000));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void firesWhatTheModelFires(long seed) {
    new Model(seed).run();
  }

  /** What should be armed, with the tick at which it should fire. */
  private static final class Model {
    private final Random random;
    private final long originNs;
    private final Timers timers;
    private final Map<Acting, Long> due = new HashMap<>();
    private final Acting[] all = new Acting[TIMERS];

    /** Every tick up to this one has passed. */
    private long tick;

    private long nowNs;
    private long firings;

    Model(long seed) {
      random = new Random(seed);
      originNs = random.nextLong();
      nowNs = originNs;
      timers = new Timers(originNs);
      for (int i = 0; i < TIMERS; i++) {
        all[i] = new Acting();
      }
    }

    /** A timer that does something at random when it fires. */
    private final class Acting extends Timer {
      @Override
      protected void onTimer() {
        Long tickDue = due.remove(this);
        assertThat(tickDue).as("fired without being armed").isNotNull();
        assertThat(tickDue).as("fired in order").isGreaterThanOrEqualTo(tick);
        assertThat(due.values()).allMatch(other -> other >= tickDue);
        tick = tickDue;
        firings++;
        act(random.nextInt(6));
      }
    }

    void run() {
      for (int step = 0; step < STEPS; step++) {
        int choice = random.nextInt(10);
        if (choice < 7) {
          act(choice);
        } else {
          advance();
        }
        assertThat(timers.size()).isEqualTo(due.size());
        checkWait();
      }
      assertThat(firings).as("the test does something").isGreaterThan(STEPS / 20);
    }

    private void act(int choice) {
      Acting timer = all[random.nextInt(TIMERS)];
      if (choice < 3) {
        long deadlineNs = nowNs + delayNs();
        timers.arm(timer, deadlineNs);
        due.put(timer, Math.max(ceil(deadlineNs - originNs), tick + 1));
      } else if (choice == 3) {
        timers.cancel(timer);
        due.remove(timer);
      }
      assertThat(timer.isArmed()).isEqualTo(due.containsKey(timer));
    }

    private void advance() {
      nowNs += delayNs();
      long target = Math.floorDiv(nowNs - originNs, MS);
      timers.advance(nowNs);
      tick = Math.max(tick, target);
      assertThat(due.values()).as("nothing is late").allMatch(left -> left > target);
    }

    private void checkWait() {
      int waitMs = timers.waitMs(nowNs);
      if (due.isEmpty()) {
        assertThat(waitMs).isEqualTo(-1);
      } else {
        long firstNs = due.values().stream().mapToLong(Long::longValue).min().orElseThrow() * MS;
        assertThat(waitMs).as("not late").isLessThanOrEqualTo((int) ceil(firstNs - sinceOrigin()));
        assertThat(waitMs).as("no spin").isPositive();
      }
    }

    private long sinceOrigin() {
      return nowNs - originNs;
    }

    /** Of any magnitude: a tick, a slot of each level, and everything between. */
    private long delayNs() {
      long delayNs = random.nextLong(1L << (16 + random.nextInt(32)));
      return random.nextBoolean() ? delayNs : delayNs / MS * MS;
    }

    private static long ceil(long ns) {
      return -Math.floorDiv(-ns, MS);
    }
  }
}
