package io.sluice.app.replay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The pcapng format: draft-ietf-opsawg-pcapng. Sections of either byte order, interfaces of any
 * time resolution; block types that carry no packets are skipped.
 */
final class PcapngReader implements PacketReader {
  /** Reads the same in both byte orders. */
  static final int SECTION_HEADER = 0x0A0D0D0A;

  private static final int INTERFACE = 1;
  private static final int OBSOLETE_PACKET = 2;
  private static final int SIMPLE_PACKET = 3;
  private static final int ENHANCED_PACKET = 6;

  private static final int BYTE_ORDER_MAGIC = 0x1A2B3C4D;
  private static final int BLOCK_BYTES_MIN = 12;
  private static final int SECTION_HEADER_BYTES_MIN = 28;
  private static final int INTERFACE_BYTES_MIN = 20;
  private static final int PACKET_HEADER_BYTES = 28;
  private static final int SIMPLE_HEADER_BYTES = 12;
  private static final int TRAILER_BYTES = 4;

  /**
   * More than any capturing program makes; keeps a file of nothing else from filling the memory.
   */
  private static final int INTERFACES_MAX = 65_536;

  /** One interface of the section. */
  private record Interface(int linkType, long snapBytes, TimeUnits units) {}

  private final List<Interface> interfaces = new ArrayList<>();
  private long lastTimeNs;

  @Override
  public void read(CaptureFile file, Taker taker) throws IOException {
    long offset = 0;
    while (offset < file.size()) {
      offset += readBlock(file, offset, taker);
    }
  }

  /** Returns its length in bytes. */
  private long readBlock(CaptureFile file, long offset, Taker taker) throws IOException {
    ByteBuffer head = file.bytes(offset, BLOCK_BYTES_MIN, "a block");
    int type = head.getInt(0);
    if (type == SECTION_HEADER) {
      beginSection(file, offset, head.getInt(8));
      head = file.bytes(offset, BLOCK_BYTES_MIN, "a block");
    }
    long length = Integer.toUnsignedLong(head.getInt(4));
    checkLength(file, offset, type, length);
    switch (type) {
      case SECTION_HEADER -> checkVersion(file, offset);
      case INTERFACE -> interfaces.add(readInterface(file, offset, length));
      case ENHANCED_PACKET, OBSOLETE_PACKET -> readPacket(file, offset, type, length, taker);
      case SIMPLE_PACKET -> readSimplePacket(file, offset, length, taker);
      default -> {
        // Names, statistics, secrets, what others have invented: nothing of theirs is replayed.
      }
    }
    return length;
  }

  private static void checkLength(CaptureFile file, long offset, int type, long length)
      throws IOException {
    int least =
        switch (type) {
          case SECTION_HEADER -> SECTION_HEADER_BYTES_MIN;
          case INTERFACE -> INTERFACE_BYTES_MIN;
          case ENHANCED_PACKET, OBSOLETE_PACKET -> PACKET_HEADER_BYTES + TRAILER_BYTES;
          case SIMPLE_PACKET -> SIMPLE_HEADER_BYTES + TRAILER_BYTES;
          default -> BLOCK_BYTES_MIN;
        };
    if (length < least || length % Integer.BYTES != 0) {
      throw CaptureException.at(
          file.path(), offset, "not pcapng: a block of type " + type + " with length " + length);
    }
    if (length > file.size() - offset) {
      throw CaptureException.endsWithin(
          file.path(), offset, "a block", length, file.size() - offset);
    }
    long trailer = offset + length - TRAILER_BYTES;
    long repeated =
        Integer.toUnsignedLong(file.bytes(trailer, TRAILER_BYTES, "a block's end").getInt(0));
    if (repeated != length) {
      throw CaptureException.at(
          file.path(),
          trailer,
          "a block begins with length " + length + " and ends with length " + repeated);
    }
  }

  private void beginSection(CaptureFile file, long offset, int magic) throws IOException {
    ByteOrder order = file.bytes(offset, 1, "a block").order();
    if (magic != BYTE_ORDER_MAGIC) {
      if (Integer.reverseBytes(magic) != BYTE_ORDER_MAGIC) {
        throw CaptureException.at(
            file.path(),
            offset + 8,
            "not pcapng: byte-order magic is 0x" + Integer.toHexString(magic));
      }
      boolean big = order == ByteOrder.BIG_ENDIAN;
      file.order(big ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    }
    interfaces.clear();
  }

  private static void checkVersion(CaptureFile file, long offset) throws IOException {
    int major = file.bytes(offset + BLOCK_BYTES_MIN, 2, "a version").getShort(0);
    if (major != 1) {
      throw CaptureException.at(
          file.path(), offset + BLOCK_BYTES_MIN, "pcapng of version " + major + ", not 1");
    }
  }

  private Interface readInterface(CaptureFile file, long offset, long length) throws IOException {
    if (interfaces.size() == INTERFACES_MAX) {
      throw CaptureException.at(
          file.path(), offset, "more than " + INTERFACES_MAX + " interfaces in a section");
    }
    ByteBuffer body = file.bytes(offset + 8, 8, "an interface");
    int linkType = Short.toUnsignedInt(body.getShort(0));
    long snapBytes = Integer.toUnsignedLong(body.getInt(4));
    return new Interface(
        linkType, snapBytes, TimeUnits.read(file, offset + 16, offset + length - TRAILER_BYTES));
  }

  private void readPacket(CaptureFile file, long offset, int type, long length, Taker taker)
      throws IOException {
    ByteBuffer header = file.bytes(offset, PACKET_HEADER_BYTES, "a packet");
    long index =
        type == ENHANCED_PACKET
            ? Integer.toUnsignedLong(header.getInt(8))
            : Short.toUnsignedInt(header.getShort(8));
    Interface from = interfaceOf(file, offset, index);
    long units = (long) header.getInt(12) << 32 | Integer.toUnsignedLong(header.getInt(16));
    long captured = Integer.toUnsignedLong(header.getInt(20));
    long room = length - PACKET_HEADER_BYTES - TRAILER_BYTES;
    if (captured > room) {
      throw CaptureException.at(
          file.path(),
          offset + 20,
          "a packet of " + captured + " bytes in a block with room for " + room);
    }
    lastTimeNs = from.units().toNs(units);
    taker.onPacket(file, from.linkType(), offset + PACKET_HEADER_BYTES, captured, lastTimeNs);
  }

  /** Has no time of its own: that of the packet before is the best there is. */
  private void readSimplePacket(CaptureFile file, long offset, long length, Taker taker)
      throws IOException {
    Interface from = interfaceOf(file, offset, 0);
    long original =
        Integer.toUnsignedLong(file.bytes(offset + 8, Integer.BYTES, "a packet").getInt(0));
    long captured = Math.min(original, length - SIMPLE_HEADER_BYTES - TRAILER_BYTES);
    if (from.snapBytes() > 0) {
      captured = Math.min(captured, from.snapBytes());
    }
    taker.onPacket(file, from.linkType(), offset + SIMPLE_HEADER_BYTES, captured, lastTimeNs);
  }

  private Interface interfaceOf(CaptureFile file, long offset, long index) throws IOException {
    if (index >= interfaces.size()) {
      throw CaptureException.at(
          file.path(),
          offset,
          "a packet of interface " + index + ", of which there are " + interfaces.size());
    }
    return interfaces.get((int) index);
  }
}
