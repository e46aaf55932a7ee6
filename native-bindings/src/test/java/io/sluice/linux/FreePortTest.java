package io.sluice.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FreePortTest {
  private static final int MANY = 1_000;

  /** HAProxy binds one port for two frontends without a word: their clients are mixed up. */
  @Test
  void noPortIsGivenTwice() throws IOException {
    Set<Integer> ports = new HashSet<>();
    for (int i = 0; i < MANY; i++) {
      ports.add(FreePort.any());
    }
    assertThat(ports).hasSize(MANY);
  }
}
