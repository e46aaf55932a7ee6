package io.sluice.bench.proc;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessUsageTest {

  private static final long BURNT_NS = 50_000_000;

  @Test
  void ownProcessIsChargedForWhatItBurns() {
    List<Long> self = List.of(ProcessHandle.current().pid());
    ProcessUsage before = ProcessUsage.of(self);
    long machineBefore = Machine.busyNs();

    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long startNs = threads.getCurrentThreadCpuTime();
    while (threads.getCurrentThreadCpuTime() - startNs < 2 * BURNT_NS) {
      Thread.onSpinWait();
    }
    ProcessUsage after = ProcessUsage.of(self);

    assertThat(after.cpuNsSince(before)).isGreaterThan(BURNT_NS);
    assertThat(Machine.busyNs() - machineBefore).isGreaterThanOrEqualTo(BURNT_NS);
    assertThat(after.rssBytes()).isGreaterThan(1 << 20);
    assertThat(after.switchesSince(before)).isNotNegative();
  }

  @Test
  void ownMemoryGrowsByWhatIsTouched() throws Exception {
    List<Long> self = List.of(ProcessHandle.current().pid());
    int bytes = 64 << 20;
    long before = ProcessUsage.ownMemoryBytes(self);

    // Comes filled with zeros, which are written.
    ByteBuffer memory = ByteBuffer.allocateDirect(bytes);
    long grown = ProcessUsage.ownMemoryBytes(self) - before;

    assertThat(memory.get(0)).isZero();
    assertThat(grown).isBetween(bytes * 3L / 4, bytes * 2L);
  }

  @Test
  void processThatIsGoneCountsAsNothing() throws Exception {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();

    ProcessUsage usage = ProcessUsage.of(List.of(process.pid()));

    assertThat(usage.rssBytes()).isZero();
    assertThat(ProcessUsage.ownMemoryBytes(List.of(process.pid()))).isZero();
    assertThat(usage.cpuNsSince(usage)).isZero();
  }
}
