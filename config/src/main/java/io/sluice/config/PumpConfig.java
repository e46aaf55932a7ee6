package io.sluice.config;

/**
 * How a flow's bytes are moved and when it changes between copy and splice.
 *
 * @param mode {@code auto} adapts per flow
 * @param spliceAfterReads consecutive reads of at least {@code spliceAtLeastBytes} that turn a
 *     copying flow to splice
 * @param copyAfterFills consecutive fills of less than {@code copyBelowBytes} that turn a splicing
 *     flow back to copy
 * @param bufferBytes size of a loop's copy buffer
 * @param pipeBytes size asked for each pipe
 * @param pipeBudgetPages pages that all pipes of the process may have in sum; 0 means derived from
 *     what the kernel allows this user
 * @param turnBudgetBytes bytes one flow may move before the others have their turn
 */
public record PumpConfig(
    Mode mode,
    int spliceAfterReads,
    int spliceAtLeastBytes,
    int copyAfterFills,
    int copyBelowBytes,
    int bufferBytes,
    int pipeBytes,
    int pipeBudgetPages,
    int turnBudgetBytes) {

  /** What moves a flow's bytes. */
  public enum Mode {
    AUTO,
    SPLICE,
    COPY
  }
}
