package io.sluice.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import org.junit.jupiter.api.Test;

class LogLineTest {

  @Test
  void fieldsAreInTheirOrderWithoutThoseThatHaveNoValue() {
    LogLine line = LogLine.of("the line", "server", "b", "backend", null, "client", "a");

    assertThat(line.fields()).containsExactly(entry("server", "b"), entry("client", "a"));
  }

  @Test
  void aMessageHasTheLineAlone() {
    assertThat(LogLine.of("the line", "server", "b")).hasToString("the line");
  }

  /** Back ends take what is theirs and do with it what they like. */
  @Test
  void eachBackEndHasFieldsOfItsOwn() {
    LogLine line = LogLine.of("the line", "server", "b");
    line.fields().clear();

    assertThat(line.fields()).containsOnlyKeys("server");
  }
}
