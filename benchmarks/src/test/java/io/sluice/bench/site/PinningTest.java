package io.sluice.bench.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PinningTest {

  @Test
  void contendersStartBehindTaskset() {
    Pinning pinning = Pinning.parse("0-1,4:2,3");

    assertThat(pinning.prefix()).containsExactly("taskset", "-c", "0-1,4");
    assertThat(pinning.loadCpus()).isEqualTo("2,3");
    assertThat(pinning.isNone()).isFalse();
  }

  @Test
  void nobodyIsPinnedByDefault() {
    assertThat(Pinning.NONE.prefix()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "0:", ":1", "0:1:2", "a:b", "0;rm:1"})
  void whatTasksetWouldNotUnderstandIsRefused(String text) {
    assertThatThrownBy(() -> Pinning.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
