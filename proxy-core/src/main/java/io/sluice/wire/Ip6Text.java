package io.sluice.wire;

import java.nio.ByteBuffer;

/**
 * An IPv6 address as RFC 4291, section 2.2 writes it: groups of one to four hexadecimal digits, at
 * most one "::" for one or more groups of zeros, the last two groups possibly as an IPv4 address.
 * No scope, no brackets.
 */
final class Ip6Text extends IpText {

  static final int BYTES = 16;
  private static final int GROUPS = 8;
  private static final int GROUPS_OF_IPV4 = 2;
  private static final int GROUP_DIGITS_MAX = 4;
  private static final int NO_GAP = -1;

  private final short[] groups = new short[GROUPS];

  /** Takes the digits of each group too, because they may turn out to be the first octet. */
  private final Ip4Text tail = new Ip4Text();

  /** Whether the digits of the group so far are also the beginning of an IPv4 address. */
  private boolean tailFits;

  private boolean inTail;
  private int groupsBefore;
  private int groupValue;
  private int groupDigits;

  /** How many groups stand before the "::". */
  private int gapAt;

  /** How many colons came last. */
  private int colons;

  Ip6Text() {
    clear();
  }

  @Override
  void clear() {
    inTail = false;
    groupsBefore = 0;
    gapAt = NO_GAP;
    colons = 0;
    beginGroup();
  }

  private void beginGroup() {
    groupValue = 0;
    groupDigits = 0;
    tail.clear();
    tailFits = true;
  }

  @Override
  boolean accept(int c) {
    if (inTail) {
      return tail.accept(c);
    }
    return switch (c) {
      case ':' -> acceptColon();
      case '.' -> acceptFirstDot();
      default -> acceptDigit(c);
    };
  }

  private boolean acceptDigit(int c) {
    int digit = c < 0x80 ? Character.digit(c, 16) : -1;
    boolean loneColonFirst = colons == 1 && groupsBefore == 0;
    if (digit < 0 || loneColonFirst || groupDigits == GROUP_DIGITS_MAX || groupsBefore == room()) {
      return false;
    }
    groupValue = groupValue << 4 | digit;
    groupDigits++;
    colons = 0;
    tailFits = tailFits && tail.accept(c);
    return true;
  }

  private boolean acceptColon() {
    if (groupDigits > 0) {
      groups[groupsBefore++] = (short) groupValue;
      beginGroup();
      colons = 1;
      return groupsBefore < GROUPS;
    }
    boolean first = colons == 0;
    boolean second = colons == 1 && gapAt == NO_GAP;
    if (second) {
      gapAt = groupsBefore;
    }
    colons++;
    return first || second;
  }

  private boolean acceptFirstDot() {
    boolean placed =
        gapAt == NO_GAP
            ? groupsBefore == GROUPS - GROUPS_OF_IPV4
            : groupsBefore <= room() - GROUPS_OF_IPV4;
    inTail = placed && groupDigits > 0 && tailFits && tail.accept('.');
    return inTail;
  }

  /** How many groups may be written out. */
  private int room() {
    return gapAt == NO_GAP ? GROUPS : GROUPS - 1;
  }

  private int groupsWritten() {
    return groupsBefore + (inTail ? GROUPS_OF_IPV4 : groupDigits > 0 ? 1 : 0);
  }

  @Override
  boolean isComplete() {
    if (inTail) {
      return tail.isComplete();
    }
    return colons != 1 && (gapAt == NO_GAP ? groupsWritten() == GROUPS : true);
  }

  @Override
  byte[] address() {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    int before = gapAt == NO_GAP ? groupsBefore : gapAt;
    for (int i = 0; i < before; i++) {
      bytes.putShort(groups[i]);
    }
    int zeros = GROUPS - groupsWritten();
    bytes.position(bytes.position() + zeros * Short.BYTES);
    for (int i = before; i < groupsBefore; i++) {
      bytes.putShort(groups[i]);
    }
    if (inTail) {
      bytes.putInt(tail.value());
    } else if (groupDigits > 0) {
      bytes.putShort((short) groupValue);
    }
    return bytes.array();
  }
}
