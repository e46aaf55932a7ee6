package io.sluice.transport;

import java.util.Arrays;

/** What both transports hold to when bytes have to wait in user space for a blocked target. */
public final class KeptBytes {

  /**
   * Bytes that one loop's blocked flows may keep before each may add only a little: clients that do
   * not read must not be able to use up the memory of the process.
   */
  public static final long BUDGET = 16L << 20;

  private static final int SMALLEST = 4 << 10;

  private KeptBytes() {}

  /** The sizes of buffers for what is left of {@code largest} bytes: 4 KiB, 16 KiB, and so on. */
  public static int[] sizes(int largest) {
    int[] sizes = new int[16];
    int count = 0;
    for (long size = SMALLEST; size < largest; size *= 4) {
      sizes[count++] = (int) size;
    }
    sizes[count++] = Math.max(largest, SMALLEST);
    return Arrays.copyOf(sizes, count);
  }
}
