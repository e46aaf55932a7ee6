package io.sluice.transport.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.NativeMemory;
import io.sluice.transport.KeptBytes;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(value = OS.LINUX, disabledReason = "native memory")
class BufferPoolTest {
  private static final int SHARED = 64 << 10;

  @Test
  void beyondTheBudgetOnlyLittleIsRead() {
    BufferPool pool = new BufferPool(SHARED);
    Deque<NativeMemory> held = new ArrayDeque<>();
    while (pool.readMax(SHARED) == SHARED) {
      held.push(pool.take(SHARED));
    }

    assertThat(held).hasSize((int) (KeptBytes.BUDGET / SHARED));
    assertThat(pool.readMax(SHARED)).isEqualTo(4 << 10);
    pool.give(held.pop());
    assertThat(pool.readMax(SHARED)).isEqualTo(SHARED);
  }

  @Test
  void whatIsGivenBackIsUsedAgain() {
    BufferPool pool = new BufferPool(SHARED);
    NativeMemory first = pool.take(10_000);
    pool.give(first);

    assertThat(pool.take(16_384)).isSameAs(first);
    assertThat(pool.inUse()).isEqualTo(1);
  }

  @Test
  void aFewBytesDoNotPinAWholeCopyBuffer() {
    BufferPool pool = new BufferPool(1 << 20);

    assertThat(pool.take(1).bytes()).isEqualTo(4 << 10);
    assertThat(pool.take((64 << 10) + 1).bytes()).isEqualTo(256 << 10);
    assertThat(pool.take(1 << 20).bytes()).isEqualTo(1 << 20);
  }
}
