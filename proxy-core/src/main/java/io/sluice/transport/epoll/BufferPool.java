package io.sluice.transport.epoll;

import io.sluice.linux.NativeMemory;
import io.sluice.transport.KeptBytes;

/**
 * Memory for bytes that wait for a blocked target, in sizes that grow fourfold, so that a few bytes
 * do not pin a whole copy buffer. One loop's; borrowed by pumps while they hold bytes.
 *
 * <p>Invariant: beyond {@link KeptBytes#BUDGET} in sum, a pump reads no more at a time than the
 * smallest size holds, so that who does not read can pin little. Everything given back up to the
 * budget is kept for the next one: native memory is slow to make and the collector does not see it.
 */
final class BufferPool {
  private final int[] sizes;
  private final NativeMemory[][] idle;
  private final int[] idleCount;
  private long inUseBytes;
  private long idleBytes;
  private int inUse;

  /** {@code largestBytes} is the size of the copy buffer: more is never left over. */
  BufferPool(int largestBytes) {
    sizes = KeptBytes.sizes(largestBytes);
    idle = new NativeMemory[sizes.length][];
    idleCount = new int[sizes.length];
    for (int size = 0; size < sizes.length; size++) {
      idle[size] = new NativeMemory[(int) Math.max(1, KeptBytes.BUDGET / sizes[size])];
    }
  }

  /** How many bytes a pump may read into the shared buffer of {@code sharedBytes}. */
  int readMax(int sharedBytes) {
    return inUseBytes < KeptBytes.BUDGET ? sharedBytes : Math.min(sharedBytes, sizes[0]);
  }

  /** True while at least half of what may be kept is free: what is not needed may be kept too. */
  boolean isPlenty() {
    return inUseBytes < KeptBytes.BUDGET / 2;
  }

  /** The smallest buffer that holds {@code bytes}. */
  NativeMemory take(int bytes) {
    int size = sizeFor(bytes);
    inUse++;
    inUseBytes += sizes[size];
    if (idleCount[size] == 0) {
      return NativeMemory.allocate(sizes[size]);
    }
    idleBytes -= sizes[size];
    return idle[size][--idleCount[size]];
  }

  void give(NativeMemory memory) {
    int size = sizeFor(memory.bytes());
    inUse--;
    inUseBytes -= sizes[size];
    if (idleCount[size] < idle[size].length && idleBytes + sizes[size] <= KeptBytes.BUDGET) {
      idleBytes += sizes[size];
      idle[size][idleCount[size]++] = memory;
    }
  }

  int inUse() {
    return inUse;
  }

  private int sizeFor(int bytes) {
    int size = 0;
    while (bytes > sizes[size]) {
      size++;
    }
    return size;
  }
}
