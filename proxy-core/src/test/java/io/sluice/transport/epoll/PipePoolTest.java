package io.sluice.transport.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.Errno;
import io.sluice.linux.FaultySyscalls;
import io.sluice.linux.FaultySyscalls.Call;
import io.sluice.linux.Linux;
import io.sluice.linux.LinuxSyscalls;
import io.sluice.linux.NativeMemory;
import io.sluice.linux.OpenDescriptors;
import io.sluice.linux.Pipe;
import io.sluice.linux.Syscalls;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OpenDescriptors.class)
class PipePoolTest {
  private static final int LARGE_BYTES = 1 << 20;
  private static final int LARGE_PAGES = 256;
  private static final int SMALL_PAGES = 16;
  private static final int SMALL_BYTES = 1 << 16;

  private final PipeBudget budget = new PipeBudget(4 * LARGE_PAGES);
  private FaultySyscalls sys;
  private PipePool pool;

  @BeforeEach
  void open() throws IOException {
    sys = new FaultySyscalls(LinuxSyscalls.open(), 1);
    pool = new PipePool(sys, budget, LARGE_BYTES);
  }

  @Test
  void anEmptyPipeIsUsedAgain() {
    Pipe pipe = pool.take();
    pool.give(pipe);

    assertThat(pool.take()).isSameAs(pipe);
    assertThat(sys.calls(Call.PIPE2)).isEqualTo(1);
    pool.give(pipe);
    expectNothingLeft();
  }

  @Test
  @DisplayName("11: a pipe with a byte in it is closed and never given to anybody")
  void dirtyPipeIsNeverPooled() {
    Pipe dirty = pool.take();
    fill(dirty);

    pool.give(dirty);

    assertThat(dirty.isOpen()).isFalse();
    assertThat(sys.calls(Call.CLOSE)).isEqualTo(2);
    assertThat(pool.idle()).isZero();
    assertThat(budget.used()).isZero();
    Pipe next = pool.take();
    assertThat(next).isNotSameAs(dirty);
    assertThat(next.kernelBytes()).isZero();
    pool.give(next);
    expectNothingLeft();
  }

  @Test
  @DisplayName("12: the budget bounds all pipes; small ones take over before it is used up")
  void smallPipesTakeOverBeforeTheBudgetIsUsedUp() {
    List<Pipe> taken = new ArrayList<>();
    for (Pipe pipe = pool.take(); pipe != null; pipe = pool.take()) {
      taken.add(pipe);
    }

    assertThat(taken.stream().filter(pipe -> pipe.capacityBytes() == LARGE_BYTES)).hasSize(3);
    assertThat(taken.stream().filter(pipe -> pipe.capacityBytes() == SMALL_BYTES))
        .hasSize(LARGE_PAGES / SMALL_PAGES);
    assertThat(budget.used()).isEqualTo(budget.pages());
    assertThat(sys.calls(Call.PIPE2)).isEqualTo(taken.size());
    assertThat(pool.inUse()).isEqualTo(taken.size());

    taken.forEach(pool::give);

    assertThat(pool.inUse()).isZero();
    assertThat(pool.idle()).isEqualTo(2 + LARGE_PAGES / SMALL_PAGES);
    assertThat(budget.used()).isEqualTo(3 * LARGE_PAGES);
    expectNothingLeft();
  }

  @Test
  @DisplayName("12: a runt is closed unused, and not asked for again at once")
  void runtIsClosedUnusedAndNotAskedForAgainAtOnce() {
    sys.failFcntl(Linux.F_GETPIPE_SZ, Errno.EPERM).failFcntl(Linux.F_SETPIPE_SZ, Errno.EPERM);

    for (int i = 0; i < 100; i++) {
      assertThat(pool.take()).isNull();
    }

    assertThat(pool.runts()).isEqualTo(1);
    assertThat(sys.calls(Call.PIPE2)).isEqualTo(1);
    assertThat(sys.calls(Call.CLOSE)).isEqualTo(2);
    assertThat(budget.used()).isZero();
    sys.heal();
    expectLargePipesAgain();
  }

  @Test
  @DisplayName("13: without descriptors pipe2 is not tried for every flow, and tried again later")
  void withoutDescriptorsPipesAreNotTriedForEveryFlow() {
    sys.failAlways(Call.PIPE2, Errno.EMFILE);

    for (int i = 0; i < 100; i++) {
      assertThat(pool.take()).isNull();
    }

    assertThat(sys.calls(Call.PIPE2)).isEqualTo(1);
    assertThat(budget.used()).isZero();
    sys.heal();
    expectLargePipesAgain();
  }

  @Test
  @DisplayName("12: pipes that may not grow are used as they are, and used again")
  void pipesThatMayNotGrowAreUsedAgain() {
    sys.failFcntl(Linux.F_SETPIPE_SZ, Errno.EPERM);

    for (int i = 0; i < 100; i++) {
      Pipe pipe = pool.take();
      assertThat(pipe.capacityBytes()).isEqualTo(SMALL_BYTES);
      pool.give(pipe);
    }

    assertThat(sys.calls(Call.PIPE2)).isEqualTo(1);
    assertThat(budget.used()).isEqualTo(SMALL_PAGES);
    sys.heal();
    expectLargePipesAgain();
  }

  private void expectLargePipesAgain() {
    boolean large = false;
    for (int i = 0; i < 1000 && !large; i++) {
      Pipe pipe = pool.take();
      if (pipe != null) {
        large = pipe.capacityBytes() == LARGE_BYTES;
        pool.give(pipe);
      }
    }
    assertThat(large).as("large pipes again once there are").isTrue();
    expectNothingLeft();
  }

  private void expectNothingLeft() {
    assertThat(pool.inUse()).isZero();
    pool.close();
    assertThat(pool.idle()).isZero();
    assertThat(budget.used()).isZero();
    assertThat(sys.calls(Call.CLOSE)).as("both ends of each").isEqualTo(2 * made());
  }

  private long made() {
    return sys.calls(Call.PIPE2) - sys.injected(Call.PIPE2);
  }

  /** One byte, by way of another pipe: bytes enter a pipe by splice only. */
  private void fill(Pipe pipe) {
    NativeMemory memory = NativeMemory.allocate(2 * Integer.BYTES);
    Syscalls real = real();
    assertThat(real.pipe2(memory.address(), Linux.O_CLOEXEC)).isZero();
    int readEnd = memory.buffer().getInt(0);
    int writeEnd = memory.buffer().getInt(Integer.BYTES);
    assertThat(real.write(writeEnd, memory.address(), 1)).isEqualTo(1);
    assertThat(pipe.fillFrom(readEnd, 1)).isEqualTo(1);
    real.close(readEnd);
    real.close(writeEnd);
  }

  private static Syscalls real() {
    try {
      return LinuxSyscalls.open();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
