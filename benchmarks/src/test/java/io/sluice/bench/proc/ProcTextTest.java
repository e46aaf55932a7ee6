package io.sluice.bench.proc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProcTextTest {

  private static final List<String> STATUS =
      List.of(
          "Name:\tproxy",
          "VmPeak:\t  120000 kB",
          "VmRSS:\t   14720 kB",
          "voluntary_ctxt_switches:\t150",
          "nonvoluntary_ctxt_switches:\t7");

  @Test
  void schedstatBeginsWithNanosecondsOnTheCpu() {
    assertThat(ProcText.schedstatNs("123456789012 4567 89\n")).isEqualTo(123_456_789_012L);
  }

  @Test
  void statTimesAreFoundBehindACommandWithBlanksAndParentheses() {
    String stat =
        "42 (a (b) c) S 1 42 42 0 -1 4194560 100 0 0 0 250 75 9 9 20 0 3 0 1000 1 2 3 4 5";

    assertThat(ProcText.statCpuNs(stat)).isEqualTo(3_250_000_000L);
  }

  @Test
  void contextSwitchesAreTheSumOfBothKinds() {
    assertThat(ProcText.contextSwitches(STATUS)).isEqualTo(157);
  }

  @Test
  void residentMemoryIsInBytes() {
    assertThat(ProcText.rssBytes(STATUS)).isEqualTo(14_720L * 1024);
  }

  @Test
  void endingProcessHasNoMemory() {
    assertThat(ProcText.rssBytes(List.of("Name:\tgone", "State:\tZ (zombie)"))).isZero();
  }

  @Test
  void ownMemoryIsWithoutThePagesOfFiles() {
    List<String> rollup =
        List.of(
            "55a8c5144000-7ffcee3a8000 ---p 00000000 00:00 0   [rollup]",
            "Rss:                1760 kB",
            "Pss:                 413 kB",
            "Pss_Anon:            112 kB",
            "Pss_File:            291 kB",
            "Pss_Shmem:            10 kB",
            "Swap:                  8 kB",
            "SwapPss:               4 kB");

    assertThat(ProcText.ownMemoryBytes(rollup)).isEqualTo(126 * 1024);
    assertThatThrownBy(() -> ProcText.ownMemoryBytes(rollup.subList(0, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Pss_Anon");
  }

  @Test
  void machineIsNotBusyWhileIdleWaitingOrStolenFrom() {
    String line = "cpu  100 20 30 99999 500 6 7 888 0 0";

    assertThat(ProcText.machineBusyNs(line)).isEqualTo(1_630_000_000L);
  }

  @Test
  void oneCoreIsNotTheMachine() {
    assertThatThrownBy(() -> ProcText.machineBusyNs("cpu0 1 2 3 4 5 6 7 8 9 10"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cpu0");
  }

  @Test
  void listenerIsRecognisedByLocalPortAndState() {
    String listening =
        "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0";
    String established =
        "   1: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0";

    assertThat(ProcText.isListener(listening, 8080)).isTrue();
    assertThat(ProcText.isListener(listening, 8081)).isFalse();
    assertThat(ProcText.isListener(established, 8080)).isFalse();
    assertThat(ProcText.isListener("  sl  local_address rem_address   st", 8080)).isFalse();
  }
}
