package io.sluice.app.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpeedTest {

  @Test
  void delaysAreScaled() {
    assertThat(Speed.parse("1x").delayNs(1_000)).isEqualTo(1_000);
    assertThat(Speed.parse("10x").delayNs(1_000)).isEqualTo(100);
    assertThat(Speed.parse("0.5x").delayNs(1_000)).isEqualTo(2_000);
    assertThat(Speed.parse("max").delayNs(Long.MAX_VALUE)).isZero();
    assertThat(Speed.parse("1x").delayNs(-5)).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "x", "0x", "-1x", "1e9x", "NaNx", "10000000x", "fast", "1 x"})
  void everythingElseIsRefused(String text) {
    assertThatThrownBy(() -> Speed.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not max or a factor");
  }
}
