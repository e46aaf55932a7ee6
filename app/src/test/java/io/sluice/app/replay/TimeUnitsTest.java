package io.sluice.app.replay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Units of time in a pcapng file: if_tsresol and if_tsoffset. */
class TimeUnitsTest {

  @ParameterizedTest
  @CsvSource({
    "false,  6,  0, 1500000,       1500000000",
    "false,  9,  0, 1500000000,    1500000000",
    "false,  0,  0, 2,             2000000000",
    "false, 12,  0, 1500000000000, 1500000000",
    "false, 99,  0, 1500000000000, 0",
    "true,   1,  0, 3,             1500000000",
    "true,  32,  0, 6442450944,    1500000000",
    "true, 100,  0, 6442450944,    0",
    "false,  6, 10, 1500000,       11500000000",
  })
  void unitsBecomeNanoseconds(boolean binary, int exponent, long offsetS, long units, long ns) {
    assertThat(new TimeUnits(binary, exponent, offsetS).toNs(units)).isEqualTo(ns);
  }
}
