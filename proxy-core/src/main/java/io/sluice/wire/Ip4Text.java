package io.sluice.wire;

/** Four decimal numbers up to 255 without leading zeros, one dot between each. */
final class Ip4Text extends IpText {

  static final int BYTES = 4;
  private static final int OCTET_MAX = 255;

  private final DecimalText octet = new DecimalText(OCTET_MAX);
  private int octetsBefore;
  private int valueBefore;

  @Override
  void clear() {
    octet.clear();
    octetsBefore = 0;
    valueBefore = 0;
  }

  @Override
  boolean accept(int c) {
    if (c != '.') {
      return octet.accept(c);
    }
    if (!octet.isComplete() || octetsBefore == BYTES - 1) {
      return false;
    }
    valueBefore = valueBefore << 8 | octet.value();
    octetsBefore++;
    octet.clear();
    return true;
  }

  @Override
  boolean isComplete() {
    return octetsBefore == BYTES - 1 && octet.isComplete();
  }

  @Override
  byte[] address() {
    int value = value();
    return new byte[] {
      (byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value
    };
  }

  int value() {
    return valueBefore << 8 | octet.value();
  }
}
