package io.sluice.bench.proc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SyscallCounterTest {

  @Test
  void perfTellsTheCountFirst() {
    assertThat(SyscallCounter.perfCount("865625,,raw_syscalls:sys_enter,301650468,100.00,,"))
        .contains(865_625L);
  }

  @Test
  void whatPerfDidNotCountIsNoCount() {
    assertThat(SyscallCounter.perfCount("<not counted>,,raw_syscalls:sys_enter,0,100.00,,"))
        .isEmpty();
  }

  @Test
  void straceTellsTheCountInItsLastLine() {
    String text =
        """
        % time     seconds  usecs/call     calls    errors syscall
        ------ ----------- ----------- --------- --------- ----------------
         60.00    0.000600           2       300           splice
         40.00    0.000400           4       100        12 epoll_wait
        ------ ----------- ----------- --------- --------- ----------------
        100.00    0.001000           2       400        12 total
        """;

    assertThat(SyscallCounter.straceCount(text)).contains(400L);
    assertThat(SyscallCounter.straceCount("strace: attach: Operation not permitted")).isEmpty();
  }

  @Test
  void contenderWithoutProcessIsNotCounted() {
    assertThat(SyscallCounter.PERF.perSecond(List.of(), 10)).isEmpty();
  }
}
