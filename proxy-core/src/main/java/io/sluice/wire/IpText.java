package io.sluice.wire;

/**
 * The text of one IP address, taken byte by byte, strictly and without ever looking up a name.
 *
 * <p>A byte that no address continues with is refused at once. Reused by {@link #clear}.
 */
abstract sealed class IpText permits Ip4Text, Ip6Text {

  abstract void clear();

  /** Takes the next byte; false where no address goes on like that. */
  abstract boolean accept(int c);

  /** Whether what was taken is an address. */
  abstract boolean isComplete();

  /** The address in network order; only when complete. */
  abstract byte[] address();

  static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }
}
