package io.sluice.app.demo;

/**
 * What one end of a stream saw: the two ends must be equal.
 *
 * @param bytes length of the stream
 * @param crc CRC-32C (RFC 3720, appendix B.4) of all its bytes in order
 */
record Tally(long bytes, long crc) {

  /** {@code bytes crc} as it goes over the wire. */
  @Override
  public String toString() {
    return bytes + " " + Long.toHexString(crc);
  }
}
