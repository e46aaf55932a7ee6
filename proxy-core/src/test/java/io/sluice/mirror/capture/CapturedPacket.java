package io.sluice.mirror.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A packet of a pcapng file, read without mercy: every length, padding byte and option is checked
 * against draft-ietf-opsawg-pcapng, every header against its RFC.
 */
record CapturedPacket(
    long wallNs,
    String source,
    String target,
    int sequence,
    int acknowledgement,
    int flags,
    int window,
    ByteBuffer payload,
    String comment) {

  private static final int SECTION_HEADER = 0x0A0D0D0A;
  private static final int HEAD_BYTES = 12;

  static List<CapturedPacket> readAll(Path file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    checkSectionHeader(block(in, SECTION_HEADER));
    checkInterface(block(in, 1));
    List<CapturedPacket> packets = new ArrayList<>();
    while (in.hasRemaining()) {
      packets.add(packet(block(in, 6)));
    }
    return packets;
  }

  /** The body of the next block. */
  private static ByteBuffer block(ByteBuffer in, int type) {
    int start = in.position();
    assertThat(in.remaining()).isGreaterThanOrEqualTo(HEAD_BYTES);
    assertThat(in.getInt(start)).as("block type at " + start).isEqualTo(type);
    int length = in.getInt(start + 4);
    assertThat(length % 4).isZero();
    assertThat(length).isBetween(HEAD_BYTES, in.remaining());
    assertThat(in.getInt(start + length - 4)).as("second length").isEqualTo(length);
    in.position(start + length);
    return in.slice(start + 8, length - HEAD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void checkSectionHeader(ByteBuffer body) {
    assertThat(body.getInt()).isEqualTo(0x1A2B3C4D);
    assertThat(body.getShort()).isEqualTo((short) 1);
    assertThat(body.getShort()).isZero();
    assertThat(body.getLong()).isEqualTo(-1);
    assertThat(options(body)).containsExactly("4=sluice");
  }

  private static void checkInterface(ByteBuffer body) {
    assertThat(body.getShort()).as("LINKTYPE_RAW").isEqualTo((short) 101);
    assertThat(body.getShort()).isZero();
    assertThat(body.getInt()).isZero();
    assertThat(options(body)).containsExactly("2=wire", "9=\t");
  }

  private static List<String> options(ByteBuffer body) {
    List<String> options = new ArrayList<>();
    if (!body.hasRemaining()) {
      return options;
    }
    while (true) {
      int code = body.getShort();
      int length = body.getShort() & 0xFFFF;
      if (code == 0) {
        assertThat(length).isZero();
        assertThat(body.hasRemaining()).as("behind the end of options").isFalse();
        return options;
      }
      byte[] value = new byte[length];
      body.get(value);
      skipPadding(body, length);
      options.add(code + "=" + new String(value, StandardCharsets.UTF_8));
    }
  }

  private static void skipPadding(ByteBuffer body, int length) {
    for (int i = length; i % 4 != 0; i++) {
      assertThat(body.get()).as("padding").isZero();
    }
  }

  private static CapturedPacket packet(ByteBuffer body) {
    assertThat(body.getInt()).as("interface").isZero();
    long high = body.getInt() & 0xFFFF_FFFFL;
    long wallNs = (high << 32) + (body.getInt() & 0xFFFF_FFFFL);
    int captured = body.getInt();
    assertThat(body.getInt()).as("original length").isEqualTo(captured);
    ByteBuffer packet = body.slice(body.position(), captured).order(ByteOrder.BIG_ENDIAN);
    body.position(body.position() + captured);
    skipPadding(body, captured);
    List<String> options = options(body);
    assertThat(options).hasSizeLessThan(2).allMatch(option -> option.startsWith("1="));
    return tcp(wallNs, packet, options.isEmpty() ? "" : options.get(0).substring(2));
  }

  private static CapturedPacket tcp(long wallNs, ByteBuffer packet, String comment) {
    boolean v4 = packet.get(0) >>> 4 == 4;
    int addressAt = v4 ? 12 : 8;
    int addressBytes = v4 ? 4 : 16;
    if (v4) {
      assertThat(packet.get(0)).isEqualTo((byte) 0x45);
      assertThat(packet.getShort(2) & 0xFFFF).isEqualTo(packet.capacity());
      assertThat(packet.get(9)).isEqualTo((byte) 6);
      assertThat(sum(packet, 0, 20)).as("IP header checksum").isEqualTo(0xFFFF);
    } else {
      assertThat(packet.getInt(0)).isEqualTo(0x6000_0000);
      assertThat(packet.getShort(4) & 0xFFFF).isEqualTo(packet.capacity() - 40);
      assertThat(packet.get(6)).isEqualTo((byte) 6);
    }
    int at = addressAt + 2 * addressBytes;
    int headerBytes = (packet.get(at + 12) & 0xF0) >>> 2;
    byte[] payload = new byte[packet.capacity() - at - headerBytes];
    packet.get(at + headerBytes, payload);
    int pseudo = sum(packet, addressAt, 2 * addressBytes) + 6 + packet.capacity() - at;
    assertThat(packet.getShort(at + 16) & 0xFFFF)
        .as("sum of the pseudo header")
        .isEqualTo((pseudo & 0xFFFF) + (pseudo >>> 16));
    return new CapturedPacket(
        wallNs,
        address(packet, addressAt, addressBytes) + ":" + (packet.getShort(at) & 0xFFFF),
        address(packet, addressAt + addressBytes, addressBytes)
            + ":"
            + (packet.getShort(at + 2) & 0xFFFF),
        packet.getInt(at + 4),
        packet.getInt(at + 8),
        packet.get(at + 13),
        packet.getShort(at + 14) & 0xFFFF,
        ByteBuffer.wrap(payload),
        comment);
  }

  private static String address(ByteBuffer packet, int at, int bytes) {
    byte[] address = new byte[bytes];
    packet.get(at, address);
    try {
      String text = InetAddress.getByAddress(address).getHostAddress();
      return text.contains(":") ? "[" + text + "]" : text;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static int sum(ByteBuffer packet, int at, int bytes) {
    int sum = 0;
    for (int i = at; i < at + bytes; i += 2) {
      sum += packet.getShort(i) & 0xFFFF;
    }
    return (sum & 0xFFFF) + (sum >>> 16);
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  boolean isExactly(int someFlags) {
    return flags == someFlags;
  }
}
