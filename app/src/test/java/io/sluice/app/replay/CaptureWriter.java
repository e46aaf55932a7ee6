package io.sluice.app.replay;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes captures for tests, by the formats' documents and without a line of the code that reads
 * them. The clock stands still unless a test moves it.
 */
public final class CaptureWriter {
  public static final int LINK_NULL = 0;
  public static final int LINK_ETHERNET = 1;
  public static final int LINK_RAW = 101;
  public static final int LINK_SLL2 = 276;

  public static final int FIN = 1;
  public static final int SYN = 2;
  public static final int RST = 4;
  public static final int ACK = 16;

  /** 2026-01-01T00:00:00Z. */
  public static final long EPOCH_NS = 1_767_225_600L * 1_000_000_000L;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteOrder order;
  private final int linkType;
  private final boolean nanoseconds;
  private final boolean pcapng;
  private long timeNs = EPOCH_NS;

  private CaptureWriter(ByteOrder order, int linkType, boolean nanoseconds, boolean pcapng) {
    this.order = order;
    this.linkType = linkType;
    this.nanoseconds = nanoseconds;
    this.pcapng = pcapng;
  }

  /** A section and its one interface: little endian, LINKTYPE_RAW, nanoseconds. */
  public static CaptureWriter pcapng() {
    return pcapng(ByteOrder.LITTLE_ENDIAN, LINK_RAW, true);
  }

  public static CaptureWriter pcapng(ByteOrder order, int linkType, boolean nanoseconds) {
    CaptureWriter writer = new CaptureWriter(order, linkType, nanoseconds, true);
    writer.section();
    return writer;
  }

  /** The older format. */
  public static CaptureWriter pcap(ByteOrder order, int linkType, boolean nanoseconds) {
    CaptureWriter writer = new CaptureWriter(order, linkType, nanoseconds, false);
    ByteBuffer header = writer.buffer(24);
    header.putInt(nanoseconds ? 0xA1B23C4D : 0xA1B2C3D4).putShort((short) 2).putShort((short) 4);
    header.putInt(0).putInt(0).putInt(262_144).putInt(linkType);
    writer.out.writeBytes(all(header));
    return writer;
  }

  private ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(order);
  }

  private static byte[] all(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.capacity()];
    buffer.get(0, bytes);
    return bytes;
  }

  private void section() {
    ByteBuffer header = buffer(16).putInt(0x1A2B3C4D).putShort((short) 1).putShort((short) 0);
    block(0x0A0D0D0A, all(header.putLong(-1)));
    ByteBuffer description = buffer(nanoseconds ? 20 : 8);
    description.putShort((short) linkType).putShort((short) 0).putInt(0);
    if (nanoseconds) {
      description.putShort((short) 9).putShort((short) 1).put((byte) 9).put(new byte[3]);
      description.putShort((short) 0).putShort((short) 0);
    }
    block(1, all(description));
  }

  /** Any block; {@code body} a multiple of four bytes. */
  public CaptureWriter block(int type, byte[] body) {
    ByteBuffer block = buffer(12 + body.length);
    block.putInt(type).putInt(12 + body.length).put(body).putInt(12 + body.length);
    out.writeBytes(all(block));
    return this;
  }

  /** Bytes as they are. */
  public CaptureWriter raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  /** From now on it is later. */
  public CaptureWriter pass(long ns) {
    timeNs += ns;
    return this;
  }

  /** One IP packet in what the link puts before it. */
  public CaptureWriter packet(byte[] ip, int capturedBytes) {
    byte[] link = link(ip[0] >>> 4 == 6);
    ByteBuffer frame = ByteBuffer.allocate(link.length + ip.length).put(link).put(ip);
    int captured = Math.min(frame.capacity(), link.length + capturedBytes);
    long units = nanoseconds ? timeNs : timeNs / 1000;
    if (!pcapng) {
      long second = nanoseconds ? 1_000_000_000L : 1_000_000L;
      ByteBuffer record = buffer(16 + captured);
      record.putInt((int) (units / second)).putInt((int) (units % second));
      record.putInt(captured).putInt(frame.capacity()).put(frame.array(), 0, captured);
      out.writeBytes(all(record));
      return this;
    }
    ByteBuffer body = buffer(20 + (captured + 3) / 4 * 4);
    body.putInt(0).putInt((int) (units >>> 32)).putInt((int) units);
    body.putInt(captured).putInt(frame.capacity()).put(frame.array(), 0, captured);
    return block(6, all(body));
  }

  private byte[] link(boolean v6) {
    short type = (short) (v6 ? 0x86DD : 0x0800);
    return switch (linkType) {
      case LINK_RAW -> new byte[0];
      case LINK_NULL -> all(buffer(4).putInt(v6 ? 10 : 2));
      // With a VLAN tag, which real captures have too.
      case LINK_ETHERNET -> all(ByteBuffer.allocate(18).putInt(12, 0x81000005).putShort(16, type));
      case LINK_SLL2 -> all(ByteBuffer.allocate(20).putShort(type));
      default -> throw new IllegalArgumentException("link type " + linkType);
    };
  }

  /** A TCP segment, as long as it is captured. */
  public CaptureWriter segment(
      InetSocketAddress from, InetSocketAddress to, int sequence, int flags, byte[] payload) {
    byte[] ip = ip(from, to, sequence, flags, payload);
    return packet(ip, ip.length);
  }

  static byte[] ip(
      InetSocketAddress from, InetSocketAddress to, int sequence, int flags, byte[] payload) {
    byte[] source = from.getAddress().getAddress();
    byte[] target = to.getAddress().getAddress();
    boolean v6 = source.length == 16;
    ByteBuffer packet = ByteBuffer.allocate((v6 ? 40 : 20) + 24 + payload.length);
    if (v6) {
      packet.putInt(0x60000000).putShort((short) (24 + payload.length)).put((byte) 6);
      packet.put((byte) 64).put(source).put(target);
    } else {
      packet.putShort((short) 0x4500).putShort((short) packet.capacity()).putInt(0x4000);
      packet.put((byte) 64).put((byte) 6).putShort((short) 0).put(source).put(target);
    }
    packet.putShort((short) from.getPort()).putShort((short) to.getPort()).putInt(sequence);
    // A header of six words: the sixth is padding options.
    packet.putInt(0).put((byte) 0x60).put((byte) flags).putShort((short) 0xFFFF).putInt(0);
    packet.putInt(0x01010100).put(payload);
    return packet.array();
  }

  public byte[] bytes() {
    return out.toByteArray();
  }

  public Path writeTo(Path file) throws IOException {
    return Files.write(file, bytes());
  }

  /** A connection that is opened now. */
  public Dialog open(String client, int clientPort, String server, int serverPort) {
    return new Dialog(address(client, clientPort), address(server, serverPort)).handshake();
  }

  static InetSocketAddress address(String literal, int port) {
    try {
      return new InetSocketAddress(InetAddress.getByName(literal), port);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** Both sides of a connection, in the order in which they speak. */
  public final class Dialog {
    private final InetSocketAddress client;
    private final InetSocketAddress server;
    // Both wrap soon.
    private int clientNext = -6;
    private int serverNext = 0x7FFF_FFFE;

    private Dialog(InetSocketAddress client, InetSocketAddress server) {
      this.client = client;
      this.server = server;
    }

    private Dialog handshake() {
      segment(client, server, clientNext++, SYN, new byte[0]);
      segment(server, client, serverNext++, SYN | ACK, new byte[0]);
      segment(client, server, clientNext, ACK, new byte[0]);
      return this;
    }

    public Dialog ask(String text) {
      return ask(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public Dialog ask(byte[] bytes) {
      segment(client, server, clientNext, ACK, bytes);
      clientNext += bytes.length;
      return this;
    }

    public Dialog answer(String text) {
      return answer(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public Dialog answer(byte[] bytes) {
      segment(server, client, serverNext, ACK, bytes);
      serverNext += bytes.length;
      return this;
    }

    /** Bytes that follow {@code ahead} others, without advancing: the next ones repeat them. */
    public Dialog askAhead(int ahead, String text) {
      byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
      segment(client, server, clientNext + ahead, ACK, bytes);
      return this;
    }

    public Dialog endOfClient() {
      segment(client, server, clientNext++, FIN | ACK, new byte[0]);
      return this;
    }

    public Dialog endOfServer() {
      segment(server, client, serverNext++, FIN | ACK, new byte[0]);
      return this;
    }

    public Dialog resetByClient() {
      segment(client, server, clientNext, RST, new byte[0]);
      return this;
    }

    public Dialog resetByServer() {
      segment(server, client, serverNext, RST, new byte[0]);
      return this;
    }
  }
}
