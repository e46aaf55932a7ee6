package io.sluice.admission;

import io.sluice.config.AddressList;
import io.sluice.config.Cidr;
import io.sluice.linux.SockAddr;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A set of addresses made of blocks, asked for one address at a time: a binary search over ranges
 * that do not touch, so at most 17 steps for 100,000 blocks. An IPv4 range takes 8 bytes, an IPv6
 * range 32.
 *
 * <p>An IPv4 address is the same whether it is written as one or as {@code ::ffff:a.b.c.d}; a
 * shorter IPv6 block, such as {@code ::/0}, has no IPv4 addresses in it. The scope of an IPv6
 * address does not count.
 *
 * <p>Invariant: the ranges are in ascending order and there is at least one address between two of
 * them. Immutable; a new list is a new set.
 */
public final class AddressSet {

  /** Nobody. */
  public static final AddressSet EMPTY = of(AddressList.EMPTY);

  /** Where the sign bit is, which turns an unsigned order into a signed one. */
  private static final long SIGN = Long.MIN_VALUE;

  private static final int V4_BITS = 32;
  private static final long V4_MARK = 0xFFFF;

  /** First and last address of each IPv4 range, from {@link Integer#MIN_VALUE} for 0.0.0.0. */
  private final int[] firstV4;

  private final int[] lastV4;

  /** The same for IPv6, upper halves then lower halves, from {@link Long#MIN_VALUE} for 0. */
  private final long[] firstV6;

  private final long[] lastV6;
  private final int rangesV6;
  private final boolean unix;

  private AddressSet(List<Range> v4, List<Range> v6, boolean unix) {
    firstV4 = new int[v4.size()];
    lastV4 = new int[v4.size()];
    for (int i = 0; i < v4.size(); i++) {
      firstV4[i] = (int) v4.get(i).firstLow ^ Integer.MIN_VALUE;
      lastV4[i] = (int) v4.get(i).lastLow ^ Integer.MIN_VALUE;
    }
    rangesV6 = v6.size();
    firstV6 = new long[2 * rangesV6];
    lastV6 = new long[2 * rangesV6];
    for (int i = 0; i < rangesV6; i++) {
      firstV6[i] = v6.get(i).firstHigh ^ SIGN;
      firstV6[rangesV6 + i] = v6.get(i).firstLow ^ SIGN;
      lastV6[i] = v6.get(i).lastHigh ^ SIGN;
      lastV6[rangesV6 + i] = v6.get(i).lastLow ^ SIGN;
    }
    this.unix = unix;
  }

  /** The set of everybody on {@code list}. */
  public static AddressSet of(AddressList list) {
    List<Range> v4 = new ArrayList<>();
    List<Range> v6 = new ArrayList<>();
    for (Cidr block : list.blocks()) {
      (block.isV4() ? v4 : v6).add(Range.of(block));
    }
    return new AddressSet(merged(v4), merged(v6), list.unix());
  }

  private static List<Range> merged(List<Range> ranges) {
    ranges.sort(Comparator.naturalOrder());
    List<Range> merged = new ArrayList<>(ranges.size());
    for (Range range : ranges) {
      int last = merged.size() - 1;
      if (last >= 0 && merged.get(last).reaches(range)) {
        merged.set(last, merged.get(last).with(range));
      } else {
        merged.add(range);
      }
    }
    return merged;
  }

  /** Whether nobody is in it. */
  public boolean isEmpty() {
    return firstV4.length == 0 && rangesV6 == 0 && !unix;
  }

  /** Ranges that are left of the blocks, where those that overlap or touch have become one. */
  public int ranges() {
    return firstV4.length + rangesV6;
  }

  /** Whether {@code address} is in it; the port does not count. */
  public boolean contains(SockAddr address) {
    if (address.isUnix()) {
      return unix;
    }
    long high = address.addressHigh();
    long low = address.addressLow();
    boolean v4 = high == 0 && low >>> V4_BITS == V4_MARK;
    return v4 ? containsV4((int) low) : containsV6(high, low);
  }

  private boolean containsV4(int bits) {
    int address = bits ^ Integer.MIN_VALUE;
    int place = Arrays.binarySearch(firstV4, address);
    return place >= 0 || (place < -1 && address <= lastV4[-place - 2]);
  }

  private boolean containsV6(long bitsHigh, long bitsLow) {
    long high = bitsHigh ^ SIGN;
    long low = bitsLow ^ SIGN;
    int from = 0;
    int to = rangesV6;
    while (from < to) { // The ranges before from begin at or before the address, those at to not.
      int middle = (from + to) >>> 1;
      if (isUpTo(firstV6[middle], firstV6[rangesV6 + middle], high, low)) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    int place = from - 1;
    return place >= 0 && isUpTo(high, low, lastV6[place], lastV6[rangesV6 + place]);
  }

  private static boolean isUpTo(long high, long low, long otherHigh, long otherLow) {
    return high < otherHigh || (high == otherHigh && low <= otherLow);
  }

  /** Addresses from the first to the last, in unsigned halves. */
  private record Range(long firstHigh, long firstLow, long lastHigh, long lastLow)
      implements Comparable<Range> {

    static Range of(Cidr block) {
      return new Range(
          block.high(),
          block.low(),
          block.high() | ~Cidr.highMask(block.prefix()),
          block.low() | ~Cidr.lowMask(block.prefix()));
    }

    @Override
    public int compareTo(Range other) {
      int highs = Long.compareUnsigned(firstHigh, other.firstHigh);
      return highs != 0 ? highs : Long.compareUnsigned(firstLow, other.firstLow);
    }

    /** Whether {@code next}, which does not begin before this, begins in it or right behind it. */
    boolean reaches(Range next) {
      long nextLow = lastLow + 1;
      long nextHigh = nextLow == 0 ? lastHigh + 1 : lastHigh;
      if (nextLow == 0 && nextHigh == 0) {
        return true; // This one ends with the last address there is.
      }
      int highs = Long.compareUnsigned(next.firstHigh, nextHigh);
      return highs < 0 || (highs == 0 && Long.compareUnsigned(next.firstLow, nextLow) <= 0);
    }

    Range with(Range next) {
      int highs = Long.compareUnsigned(next.lastHigh, lastHigh);
      boolean further =
          highs > 0 || (highs == 0 && Long.compareUnsigned(next.lastLow, lastLow) > 0);
      return further ? new Range(firstHigh, firstLow, next.lastHigh, next.lastLow) : this;
    }
  }
}
