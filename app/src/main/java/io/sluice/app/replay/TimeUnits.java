package io.sluice.app.replay;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What an interface of a pcapng file counts time in: its options if_tsresol and if_tsoffset.
 *
 * @param binary whether a unit is a power of two of a second, not of ten
 * @param exponent a unit is 10 or 2 to the power of minus this, seconds
 * @param offsetS seconds to add
 */
record TimeUnits(boolean binary, int exponent, long offsetS) {
  static final TimeUnits MICROSECONDS = new TimeUnits(false, 6, 0);

  private static final int TSRESOL = 9;
  private static final int TSOFFSET = 14;
  private static final int NANO_EXPONENT = 9;

  /** 10 to this power is the largest that a long holds. */
  private static final int EXPONENT_MAX = 18;

  /** Reads the options of an interface, which are in the file from {@code from} to {@code to}. */
  static TimeUnits read(CaptureFile file, long from, long to) throws IOException {
    TimeUnits units = MICROSECONDS;
    long offset = from;
    while (offset + Integer.BYTES <= to) {
      ByteBuffer head = file.bytes(offset, Integer.BYTES, "an option");
      int code = Short.toUnsignedInt(head.getShort(0));
      int length = Short.toUnsignedInt(head.getShort(2));
      offset += Integer.BYTES;
      if (code == 0) {
        break;
      }
      if (length > to - offset) {
        throw CaptureException.at(
            file.path(), offset - Integer.BYTES, "an option of " + length + " bytes");
      }
      if (code == TSRESOL && length >= 1) {
        int value = file.bytes(offset, 1, "a time resolution").get(0);
        units = new TimeUnits(value < 0, value & 0x7F, units.offsetS);
      } else if (code == TSOFFSET && length >= Long.BYTES) {
        long offsetS = file.bytes(offset, Long.BYTES, "a time offset").getLong(0);
        units = new TimeUnits(units.binary, units.exponent, offsetS);
      }
      offset += (length + 3) & ~3;
    }
    return units;
  }

  /** {@code units} as nanoseconds since the epoch. */
  long toNs(long units) {
    return offsetS * 1_000_000_000L + (binary ? binaryToNs(units) : decimalToNs(units));
  }

  private long decimalToNs(long units) {
    if (exponent <= NANO_EXPONENT) {
      return units * power(NANO_EXPONENT - exponent);
    }
    int shorter = exponent - NANO_EXPONENT;
    return shorter > EXPONENT_MAX ? 0 : Long.divideUnsigned(units, power(shorter));
  }

  private long binaryToNs(long units) {
    if (exponent == 0 || exponent >= Long.SIZE) {
      return exponent == 0 ? units * 1_000_000_000L : 0;
    }
    long whole = units >>> exponent;
    double part = (units & ((1L << exponent) - 1)) / Math.pow(2, exponent);
    return whole * 1_000_000_000L + (long) (part * 1e9);
  }

  private static long power(int exponent) {
    long power = 1;
    for (int i = 0; i < exponent; i++) {
      power *= 10;
    }
    return power;
  }
}
