package io.sluice.app.replay;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.Optional;

/** Finds the packets in a capture file. */
interface PacketReader {

  /** Takes packets in the file's order. */
  interface Taker {
    /**
     * One packet.
     *
     * @param linkType how it begins, a LINKTYPE number
     * @param offset of its first byte in the file
     * @param length of what the file has of it, in bytes
     * @param timeNs wall clock, nanoseconds since the epoch
     */
    void onPacket(CaptureFile file, int linkType, long offset, long length, long timeNs)
        throws IOException;
  }

  /**
   * Reads all of {@code file}.
   *
   * @throws CaptureException where it is not what it says it is
   */
  void read(CaptureFile file, Taker taker) throws IOException;

  /** The reader for a file that begins like this one; none when it is no capture. */
  static Optional<PacketReader> of(CaptureFile file) throws IOException {
    if (file.size() < Integer.BYTES) {
      return Optional.empty();
    }
    file.order(ByteOrder.BIG_ENDIAN);
    int magic = file.bytes(0, Integer.BYTES, "a magic number").getInt(0);
    if (magic == PcapngReader.SECTION_HEADER) {
      return Optional.of(new PcapngReader());
    }
    return PcapReader.of(magic).map(reader -> reader);
  }
}
