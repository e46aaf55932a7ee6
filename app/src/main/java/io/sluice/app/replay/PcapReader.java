package io.sluice.app.replay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/** The older format of libpcap: draft-ietf-opsawg-pcap. */
final class PcapReader implements PacketReader {
  private static final int MICROSECONDS = 0xA1B2C3D4;
  private static final int NANOSECONDS = 0xA1B23C4D;
  private static final int FILE_HEADER_BYTES = 24;
  private static final int LINK_TYPE_AT = 20;
  private static final int LINK_TYPE_MASK = 0xFFFF;
  private static final int RECORD_HEADER_BYTES = 16;

  private final ByteOrder order;
  private final long unitNs;

  private PcapReader(ByteOrder order, long unitNs) {
    this.order = order;
    this.unitNs = unitNs;
  }

  /**
   * The reader for a file that begins with {@code magic}.
   *
   * @param magic read as big endian
   */
  static Optional<PcapReader> of(int magic) {
    ByteOrder order = ByteOrder.BIG_ENDIAN;
    int value = magic;
    if (value != MICROSECONDS && value != NANOSECONDS) {
      order = ByteOrder.LITTLE_ENDIAN;
      value = Integer.reverseBytes(magic);
    }
    return switch (value) {
      case MICROSECONDS -> Optional.of(new PcapReader(order, 1_000));
      case NANOSECONDS -> Optional.of(new PcapReader(order, 1));
      default -> Optional.empty();
    };
  }

  @Override
  public void read(CaptureFile file, Taker taker) throws IOException {
    file.order(order);
    ByteBuffer header = file.bytes(0, FILE_HEADER_BYTES, "the header");
    int linkType = header.getInt(LINK_TYPE_AT) & LINK_TYPE_MASK;
    long offset = FILE_HEADER_BYTES;
    while (offset < file.size()) {
      ByteBuffer record = file.bytes(offset, RECORD_HEADER_BYTES, "the header of a packet");
      long timeNs = unsigned(record, 0) * 1_000_000_000L + unsigned(record, 4) * unitNs;
      long captured = unsigned(record, 8);
      long data = offset + RECORD_HEADER_BYTES;
      if (captured > file.size() - data) {
        throw CaptureException.endsWithin(
            file.path(), offset, "a packet", captured, file.size() - data);
      }
      taker.onPacket(file, linkType, data, captured, timeNs);
      offset = data + captured;
    }
  }

  private static long unsigned(ByteBuffer buffer, int index) {
    return Integer.toUnsignedLong(buffer.getInt(index));
  }
}
