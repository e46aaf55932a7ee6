package io.sluice.transport;

/**
 * What one flow's pump has done. Written by the pump on the loop's thread, read by the session on
 * the same thread.
 */
public final class FlowCounters {
  /** Bytes delivered that never entered user space. */
  public long splicedBytes;

  /** Bytes delivered by way of a buffer. */
  public long copiedBytes;

  /** System calls that moved or tried to move bytes. */
  public long calls;

  /** Times that the target had no room and bytes stayed behind. */
  public long stalls;

  /** Changes between copy and splice. */
  public long switches;

  /** Bytes delivered in all. */
  public long bytes() {
    return splicedBytes + copiedBytes;
  }
}
