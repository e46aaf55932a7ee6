package io.sluice.backend.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SmoothSequenceTest {

  /** The example that nginx's author gives for it. */
  @Test
  void aHeavyServerIsSpreadOut() {
    assertThat(SmoothSequence.of(new int[] {5, 1, 1})).containsExactly(0, 0, 1, 0, 2, 0, 0);
  }

  @Test
  void equalWeightsAreTheOrderOfTheFile() {
    assertThat(SmoothSequence.of(new int[] {100, 100, 100})).containsExactly(0, 1, 2);
  }

  @Test
  void commonDivisorsAreTakenOut() {
    assertThat(SmoothSequence.of(new int[] {20000, 10000})).hasSize(3);
    assertThat(SmoothSequence.of(new int[] {25600})).containsExactly(0);
  }

  @Test
  void eachServerComesAsOftenAsItsWeight() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int[] weights = random.ints(30, 1, 257).toArray();

    int[] sequence = SmoothSequence.of(weights);

    long[] counts = new long[weights.length];
    Arrays.stream(sequence).forEach(place -> counts[place]++);
    for (int i = 0; i < weights.length; i++) {
      assertThat(counts[i] * (double) weights[0] / counts[0])
          .as("seed %d", seed)
          .isEqualTo(weights[i]);
    }
  }

  /** Between two turns of a server there is never much more than its weight asks for. */
  @Test
  void gapsAreEven() {
    int[] weights = {256, 100, 30, 7, 1};
    int[] sequence = SmoothSequence.of(weights);
    int sum = Arrays.stream(weights).sum();
    int[] last = new int[weights.length];
    Arrays.fill(last, -1);
    for (int i = 0; i < 2 * sequence.length; i++) {
      int place = sequence[i % sequence.length];
      if (last[place] >= 0) {
        assertThat(i - last[place]).isLessThanOrEqualTo(2 * sum / weights[place] + 1);
      }
      last[place] = i;
    }
  }

  @Test
  void longPeriodsAreBoundedAndKeepTheirShares() {
    int servers = 1000;
    int[] weights = new int[servers];
    Arrays.setAll(weights, i -> 1 + 25599 * i / servers);

    int[] sequence = SmoothSequence.of(weights);

    assertThat(sequence.length).isEqualTo(16384);
    long[] counts = new long[servers];
    Arrays.stream(sequence).forEach(place -> counts[place]++);
    assertThat(Arrays.stream(counts).min().orElseThrow()).isPositive();
    double share = (double) counts[servers - 1] / sequence.length;
    double wanted = (double) weights[servers - 1] / Arrays.stream(weights).sum();
    assertThat(share).isBetween(0.95 * wanted, 1.05 * wanted);
  }
}
