package io.sluice.wire;

/** A decimal number from 0 to a largest value without leading zeros, taken byte by byte. */
final class DecimalText {
  private final int max;
  private int digits;
  private int value;

  DecimalText(int max) {
    this.max = max;
  }

  void clear() {
    digits = 0;
    value = 0;
  }

  /** Takes the next byte; false where no such number goes on like that. */
  boolean accept(int c) {
    boolean leadingZero = digits > 0 && value == 0;
    if (!IpText.isDigit(c) || leadingZero || value * 10 + (c - '0') > max) {
      return false;
    }
    value = value * 10 + (c - '0');
    digits++;
    return true;
  }

  boolean isComplete() {
    return digits > 0;
  }

  int value() {
    return value;
  }
}
