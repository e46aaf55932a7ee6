package io.sluice.config;

/** One step of a {@code send-expect} check. In its texts each char stands for one byte. */
public sealed interface CheckStep {

  /** Bytes to send. */
  record Send(String bytes) implements CheckStep {}

  /**
   * Bytes that the answer must contain.
   *
   * @param isHex whether they were written as hex
   */
  record Expect(String bytes, boolean isHex) implements CheckStep {}

  /** What some part of the answer must match: {@link java.util.regex.Pattern}. */
  record ExpectRegex(String regex) implements CheckStep {}
}
