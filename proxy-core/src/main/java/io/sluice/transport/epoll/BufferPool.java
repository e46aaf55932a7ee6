package io.sluice.transport.epoll;

import io.sluice.linux.NativeMemory;

/**
 * Memory for bytes that wait for a blocked target, in three sizes, so that a few bytes do not pin a
 * whole copy buffer. One loop's; borrowed by pumps while they hold bytes.
 */
final class BufferPool {
  private static final int[] SIZES = {4 << 10, 16 << 10, 64 << 10};

  /** Idle bytes kept of each size. */
  private static final int IDLE_BYTES_MAX = 1 << 20;

  private final NativeMemory[][] idle = new NativeMemory[SIZES.length + 1][];
  private final int[] idleCount = new int[SIZES.length + 1];
  private int inUse;

  private final int largestBytes;

  /** {@code largestBytes} is the size of the copy buffer: more is never left over. */
  BufferPool(int largestBytes) {
    this.largestBytes = Math.max(largestBytes, SIZES[SIZES.length - 1] + 1);
    for (int size = 0; size < idle.length; size++) {
      idle[size] = new NativeMemory[Math.max(1, IDLE_BYTES_MAX / bytes(size))];
    }
  }

  /** The smallest buffer that holds {@code bytes}. */
  NativeMemory take(int bytes) {
    int size = sizeFor(bytes);
    inUse++;
    return idleCount[size] > 0 ? idle[size][--idleCount[size]] : NativeMemory.allocate(bytes(size));
  }

  void give(NativeMemory memory) {
    int size = sizeFor(memory.bytes());
    inUse--;
    if (idleCount[size] < idle[size].length) {
      idle[size][idleCount[size]++] = memory;
    }
  }

  int inUse() {
    return inUse;
  }

  private int sizeFor(int bytes) {
    int size = 0;
    while (bytes > bytes(size)) {
      size++;
    }
    return size;
  }

  private int bytes(int size) {
    return size < SIZES.length ? SIZES[size] : largestBytes;
  }
}
