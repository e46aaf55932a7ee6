package io.sluice.transport;

/**
 * Moves the bytes of one flow from its source to its target.
 *
 * <p>{@link #fill} takes bytes from the source, {@link #drain} delivers them. In between they are
 * in a pipe or in a buffer, never in both, and the order of bytes is kept whichever way each of
 * them goes. A pump that holds nothing has borrowed nothing.
 *
 * <p>Invariant: {@code fill} is called only when {@link #buffered} is 0; with an empty pipe EAGAIN
 * can only mean that the source is empty. After {@code fill}, the next pump operation on this loop
 * is this pump's {@code drain} or {@code hold}: bytes that were copied lie in a buffer that all
 * pumps of the loop share.
 *
 * <p>Loop thread only.
 */
public interface Pump {

  /**
   * Takes what the source has, up to the pump's own limit.
   *
   * @return bytes taken; 0 at EOF and only then; {@code -EAGAIN} when the source is empty, which
   *     also ends its readability; another {@code -errno} when the source is broken
   */
  long fill();

  /**
   * Duplicates what is buffered, from its first byte, into {@code backlog}, and consumes nothing: a
   * second call would duplicate the same bytes again.
   *
   * @return bytes duplicated, fewer than are buffered when the backlog has no more room; {@code
   *     -EAGAIN} when it has none; another {@code -errno} when nothing can be borrowed for it
   */
  long duplicate(Backlog backlog);

  /**
   * Delivers what is buffered, at most {@code max} bytes (more than 0), as far as the target takes
   * it.
   *
   * @return bytes delivered; {@code -EAGAIN} when the target has no room, which also ends its
   *     writability; another {@code -errno} when the target is broken: what is buffered then waits
   *     for {@link #release} and stands in no other pump's way
   */
  long drain(long max);

  /** Keeps what {@link #fill} took for a target that cannot take it yet. */
  void hold();

  /** Bytes taken and not yet delivered. */
  long buffered();

  /** How bytes move now: true by splice, false by copy. */
  boolean isSplicing();

  /**
   * Gives back whatever is borrowed and forgets the bytes in it; returns how many they were. A pipe
   * that held some is destroyed: they must never reach another client.
   */
  long release();
}
