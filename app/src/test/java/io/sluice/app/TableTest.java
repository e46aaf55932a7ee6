package io.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void textIsLeftAndNumbersAreRight() {
    Table table = new Table(2, "name", "state", "sum", "n");
    table.row("a", "UP 1/2", 12345, 6);
    table.row("longer", "-", "-", 78);

    assertThat(table.lines())
        .containsExactly(
            "name    state     sum   n", "a       UP 1/2  12345   6", "longer  -           -  78");
  }

  @Test
  void noLineEndsWithSpace() {
    Table table = new Table(2, "name", "state");
    table.row("a", "");

    assertThat(table.lines()).containsExactly("name  state", "a");
  }
}
