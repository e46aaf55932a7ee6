package io.sluice.app.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class IdleTimeTest {
  private static final long SECOND_NS = 1_000_000_000L;

  /** Such as nanoTime() may begin with. */
  private final long startNs = -7 * SECOND_NS;

  private final IdleTime idle = new IdleTime(Duration.ofSeconds(5), startNs);

  @Test
  void beginsWithTheStart() {
    assertThat(idle.isOver(0, 0, startNs + 5 * SECOND_NS - 1)).isFalse();
    assertThat(idle.isOver(0, 0, startNs + 5 * SECOND_NS)).isTrue();
  }

  @Test
  void sessionThatIsOpenStartsItAnew() {
    assertThat(idle.isOver(1, 1, startNs + 9 * SECOND_NS)).isFalse();
    assertThat(idle.isOver(1, 1, startNs + 19 * SECOND_NS)).isFalse();
    assertThat(idle.isOver(0, 1, startNs + 23 * SECOND_NS)).isFalse();
    assertThat(idle.isOver(0, 1, startNs + 24 * SECOND_NS)).isTrue();
  }

  @Test
  void sessionThatCameAndWentUnseenStartsItAnew() {
    assertThat(idle.isOver(0, 1, startNs + 5 * SECOND_NS)).isFalse();
    assertThat(idle.isOver(0, 1, startNs + 9 * SECOND_NS)).isFalse();
    assertThat(idle.isOver(0, 1, startNs + 10 * SECOND_NS)).isTrue();
  }

  @Test
  void looksOftenEnough() {
    assertThat(idle.period()).hasMillis(500);
    assertThat(new IdleTime(Duration.ofHours(1), 0).period()).hasSeconds(1);
  }
}
