package io.sluice.bench.methods;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CrossoverTest {

  private static final List<Long> SIZES = List.of(4096L, 16_384L, 65_536L);

  @Test
  void pointBetweenTwoSizesIsInterpolatedOnLogarithmicScales() {
    String text = Crossover.describe(SIZES, List.of(1.0, 1.0, 1.0), List.of(4.0, 2.0, 0.5));

    assertThat(text).isEqualTo("cheaper from about 32 KiB");
  }

  @Test
  void whatIsCheaperOnlyForAWhileDoesNotCount() {
    String text = Crossover.describe(SIZES, List.of(1.0, 1.0, 1.0), List.of(0.5, 2.0, 0.5));

    assertThat(text).isEqualTo("cheaper from about 32 KiB");
  }

  @Test
  void whatNeverCrossesIsSaid() {
    assertThat(Crossover.describe(SIZES, List.of(1.0, 1.0, 1.0), List.of(0.5, 0.5, 0.5)))
        .isEqualTo("cheaper at every size measured");
    assertThat(Crossover.describe(SIZES, List.of(1.0, 1.0, 1.0), List.of(0.5, 0.5, 1.0)))
        .isEqualTo("not cheaper at the largest size measured");
  }

  @ParameterizedTest
  @CsvSource({"4096, 4 KiB", "5018, 4.9 KiB", "1048576, 1 MiB", "1073741824, 1 GiB"})
  void sizesHaveBinaryUnits(long bytes, String text) {
    assertThat(Crossover.bytes(bytes)).isEqualTo(text);
  }
}
