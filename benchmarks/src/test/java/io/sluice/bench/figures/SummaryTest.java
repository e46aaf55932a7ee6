package io.sluice.bench.figures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SummaryTest {

  @Test
  void medianOfAnOddCountIsTheMiddleValue() {
    assertThat(Summary.of(List.of(9.0, 1.0, 2.0))).isEqualTo(new Summary(2, 1, 9));
  }

  @Test
  void medianOfAnEvenCountIsTheMeanOfTheMiddleTwo() {
    assertThat(Summary.of(List.of(4.0, 1.0, 2.0, 100.0))).isEqualTo(new Summary(3, 1, 100));
  }

  @Test
  void oneRoundIsItsOwnMedian() {
    assertThat(Summary.of(List.of(5.0))).isEqualTo(new Summary(5, 5, 5));
  }

  @Test
  void nothingCannotBeSummarised() {
    assertThatThrownBy(() -> Summary.of(List.of())).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void ratioIsOfMedians() {
    assertThat(new Summary(3, 1, 9).ratioTo(new Summary(2, 2, 2))).isEqualTo(1.5);
  }

  @Test
  void ratioToNothingIsNotANumber() {
    assertThat(new Summary(3, 3, 3).ratioTo(new Summary(0, 0, 0))).isNaN();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "0.2345, 0.235",
    "1.234, 1.23",
    "12.34, 12.3",
    "1234, 1234",
    "12345, 12.3k",
    "123456, 123k",
    "1234567, 1.23M"
  })
  void figuresHaveAboutThreeDigits(double value, String text) {
    assertThat(Summary.format(value)).isEqualTo(text);
  }

  @Test
  void summaryShowsMedianAndRange() {
    assertThat(new Summary(2, 1, 9).toString()).isEqualTo("2.00 [1.00..9.00]");
  }
}
