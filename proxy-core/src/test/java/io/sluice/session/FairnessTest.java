package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.OpenDescriptors;
import io.sluice.stats.Counter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One flow that never ends and many that want little: the many are served in every turn. */
@ExtendWith(OpenDescriptors.class)
class FairnessTest {
  private static final int SMALL = 100;
  private static final int ROUNDS = 20;
  private static final int BUDGET = 64 << 10;
  private static final int PIPE = 64 << 10;

  /** One turn carries the question, one the answer; one more in case the event is late. */
  private static final int TURNS_MAX = 3;

  @ParameterizedTest(name = "mode = {0}")
  @ValueSource(strings = {"splice", "copy"})
  @DisplayName("17: a hundred round trips beside a bulk flow take no more turns than alone")
  void smallFlowsAreServedInEveryTurn(String mode) throws Exception {
    String pump = "pump { turn-budget = 64KiB, pipe-size = 64KiB, mode = " + mode + " }";
    try (LoopHarness harness = LoopHarness.epoll(pump)) {
      List<LoopHarness.Pair> small = new ArrayList<>();
      for (int i = 0; i < SMALL; i++) {
        small.add(harness.pair());
      }
      LoopHarness.Pair bulk = harness.pair();
      Delivery endless = new Delivery(bulk.client(), bulk.server(), new byte[256 << 20]);
      int written;
      do { // So that there is more than one turn's budget from the first turn on.
        written = endless.write(Integer.MAX_VALUE);
      } while (written > 0);

      long mostInATurn = 0;
      for (int round = 1; round <= ROUNDS; round++) {
        for (LoopHarness.Pair pair : small) {
          pair.client().send("q");
        }
        for (int turns = 0; !answered(small, round); turns++) {
          assertThat(turns).as("turns for round %d", round).isLessThan(TURNS_MAX);
          long before = harness.counted(Counter.BYTES_TO_SERVER);
          harness.loop.turn(0);
          mostInATurn = Math.max(mostInATurn, harness.counted(Counter.BYTES_TO_SERVER) - before);
          answer(small);
          endless.read(Integer.MAX_VALUE);
          endless.write(Integer.MAX_VALUE);
        }
      }

      assertThat(mostInATurn)
          .as("most bytes in one turn: the budget, and the fill that passed it")
          .isBetween((long) BUDGET, (long) BUDGET + PIPE + SMALL);
      assertThat(endless.arrived()).isGreaterThan(ROUNDS * BUDGET);
    }
  }

  private static void answer(List<LoopHarness.Pair> small) {
    for (LoopHarness.Pair pair : small) {
      int before = pair.server().count();
      pair.server().read();
      if (pair.server().count() > before) {
        pair.server().send("a");
      }
    }
  }

  private static boolean answered(List<LoopHarness.Pair> small, int answers) {
    boolean all = true;
    for (LoopHarness.Pair pair : small) {
      all &= pair.client().read().count() == answers;
    }
    return all;
  }
}
