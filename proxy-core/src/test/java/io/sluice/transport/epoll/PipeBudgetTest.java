package io.sluice.transport.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class PipeBudgetTest {

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "reads a Linux sysctl")
  void automaticBudgetIsHalfOfTheKernelsLimitForOneUser() throws Exception {
    String limit = Files.readAllLines(Path.of("/proc/sys/fs/pipe-user-pages-soft")).get(0);

    assertThat(PipeBudget.of(0).pages()).isEqualTo(Integer.parseInt(limit) / 2);
  }

  @Test
  void pagesAreGivenOutUpToTheBudgetAndComeBack() {
    PipeBudget budget = PipeBudget.of(100);

    assertThat(budget.reserve(60, 0)).isTrue();
    assertThat(budget.reserve(30, 20)).as("20 pages must be left for others").isFalse();
    assertThat(budget.reserve(40, 0)).isTrue();
    assertThat(budget.reserve(1, 0)).isFalse();

    budget.release(60);
    assertThat(budget.used()).isEqualTo(40);
    assertThat(budget.reserve(60, 0)).isTrue();
  }
}
