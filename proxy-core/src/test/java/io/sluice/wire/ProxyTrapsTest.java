package io.sluice.wire;

import static io.sluice.wire.Prefixes.bytes;
import static io.sluice.wire.Prefixes.join;
import static io.sluice.wire.Prefixes.read;
import static io.sluice.wire.Prefixes.readHex;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.SockAddr;
import io.sluice.wire.Prefixes.Outcome;
import io.sluice.wire.ProxyHeader.Tlv;
import io.sluice.wire.ProxyHeaderReader.Result;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Ten things that receivers and senders of the PROXY protocol have got wrong, one a test. {@link
 * Prefixes#read} cuts each header at every place.
 */
class ProxyTrapsTest {
  private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
  private static final String INET = "c0000201 c6336407 c001 01bb";

  private static SockAddr inet(String ip, int port) {
    try {
      return SockAddr.inet(InetAddress.getByName(ip), port);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static ProxiedConnection proxied(int headerBytes, Tlv... tlvs) {
    return new ProxiedConnection(
        inet("192.0.2.1", 0xC001), inet("198.51.100.7", 443), false, List.of(tlvs), headerBytes);
  }

  private static void assertInvalid(Outcome outcome, int decidedAt, String detail) {
    assertThat(outcome)
        .isEqualTo(new Outcome(Result.INVALID, decidedAt, null, ProxyHeaderFault.INVALID, detail));
  }

  @Test
  void trap1AHeaderInSeveralSegmentsIsWaitedForAndAWrongByteIsNot() {
    String line = "PROXY TCP4 192.0.2.1 198.51.100.7 49153 443\r\n";
    assertThat(read(line + "payload").connection()).isEqualTo(proxied(line.length()));
    assertThat(readHex(SIGNATURE + "2111000c" + INET + "7061796c6f6164").connection())
        .isEqualTo(proxied(28));

    assertThat(read("GET / HTTP/1.1\r\n").decidedAt()).isEqualTo(1);
    assertThat(read("PROPFIND / HTTP/1.1\r\n").decidedAt()).isEqualTo(4);
    assertThat(read("PROXYING").decidedAt()).isEqualTo(6);
    assertThat(read("\r\n\r\n\0\r\nQUIT\r\n").decidedAt()).isEqualTo(12);
    assertThat(read("PROXY TCP4 192.0.2.1x").decidedAt()).isEqualTo(21);
    assertThat(readHex(SIGNATURE + "11" + "11000c" + INET).decidedAt()).isEqualTo(13);
    assertThat(readHex(SIGNATURE + "2111000b" + INET).decidedAt()).isEqualTo(16);
  }

  @Test
  void trap2AStreamThatStopsIsNotTakenForAnswered() {
    byte[] header = ProxyHeader.v2(inet("192.0.2.1", 1), inet("192.0.2.2", 2), List.of());
    ProxyHeaderReader reader = new ProxyHeaderReader(Prefixes.BOUND_BYTES);
    ByteBuffer allButOne = ByteBuffer.wrap(header, 0, header.length - 1);
    assertThat(reader.read(allButOne)).isEqualTo(Result.MORE);
    assertThat(reader.bytesNeeded()).isEqualTo(header.length);

    assertThat(ProxyHeaderFault.endOfStream(0).text())
        .isEqualTo("Connection closed while waiting for PROXY protocol header");
    assertThat(ProxyHeaderFault.endOfStream(1).text())
        .isEqualTo("Truncated PROXY protocol header received");
    assertThat(ProxyHeaderFault.TIMEOUT.text())
        .isEqualTo("Timeout while waiting for PROXY protocol header");
  }

  @Test
  void trap3LocalSkipsWhateverItsLengthCounts() {
    ProxiedConnection empty = ProxiedConnection.unaddressed(true, List.of(), 16);
    assertThat(readHex(SIGNATURE + "20000000" + "00").connection()).isEqualTo(empty);
    assertThat(read(join(ProxyHeader.local(), new byte[] {1})).connection()).isEqualTo(empty);

    // As some load balancers send it: with addresses.
    assertThat(readHex(SIGNATURE + "2011000c" + INET + "ff").connection())
        .isEqualTo(ProxiedConnection.unaddressed(true, List.of(), 28));
    // Neither a family too long for the length nor what is no TLV matters.
    assertThat(readHex(SIGNATURE + "20210003" + "ffffff" + "ff").connection())
        .isEqualTo(ProxiedConnection.unaddressed(true, List.of(), 19));
    assertThat(readHex(SIGNATURE + "20ff0001" + "ff").connection())
        .isEqualTo(ProxiedConnection.unaddressed(true, List.of(), 17));
  }

  @Test
  void trap4TheLengthRulesWhereTheHeaderEnds() {
    Tlv tlv = Tlv.text(ProxyHeader.UNIQUE_ID, "ab");
    assertThat(readHex(SIGNATURE + "21110011" + INET + "0500026162" + "0500").connection())
        .isEqualTo(proxied(33, tlv));
    assertInvalid(
        readHex(SIGNATURE + "2111000b" + INET),
        16,
        "11 bytes for the addresses of family 0x11, needs 12");
    assertInvalid(
        readHex(SIGNATURE + "21210023" + "00".repeat(64)),
        16,
        "35 bytes for the addresses of family 0x21, needs 36");
    assertInvalid(
        readHex(SIGNATURE + "213100d7" + "00".repeat(256)),
        16,
        "215 bytes for the addresses of family 0x31, needs 216");
    assertInvalid(readHex(SIGNATURE + "3111000c" + INET), 13, "version 3");
    assertInvalid(readHex(SIGNATURE + "2211000c" + INET), 13, "command 2");

    // Families that nobody knows: all of it is skipped, the connection's own addresses hold.
    for (String family : List.of("41", "f1", "13", "1f")) {
      assertThat(readHex(SIGNATURE + "21" + family + "0005" + "ffffffffff" + "00").connection())
          .isEqualTo(ProxiedConnection.unaddressed(false, List.of(), 21));
    }
  }

  @Test
  void trap5SizesHaveBothTheirLimits() {
    String longest =
        "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
            + " ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n";
    assertThat(read(longest).result()).isEqualTo(Result.DONE);
    String padded = "PROXY UNKNOWN " + "x".repeat(107 - 16) + "\r\n";
    assertThat(padded).hasSize(107);
    assertThat(read(padded).connection().headerBytes()).isEqualTo(107);
    assertInvalid(read(padded.replace("\r", "x\r")), 107, "a line longer than 107 bytes");

    byte[] unix =
        bytes(SIGNATURE + "213100d8" + "2f61" + "00".repeat(106) + "00622f" + "00".repeat(105));
    assertThat(read(unix).connection())
        .isEqualTo(
            new ProxiedConnection(
                SockAddr.unixPath("/a"), SockAddr.unixAbstract("b/"), false, List.of(), 16 + 216));

    byte[] most = bytes(SIGNATURE + "2100fff0" + "e0ffed" + "00".repeat(0xFFED));
    ProxyHeaderReader wide = new ProxyHeaderReader(16 + 0xFFFF);
    assertThat(wide.read(ByteBuffer.wrap(most, 0, most.length - 1))).isEqualTo(Result.MORE);
    assertThat(wide.bytesNeeded()).isEqualTo(most.length);
    assertThat(wide.read(ByteBuffer.wrap(most))).isEqualTo(Result.DONE);
    byte[] beginning = Arrays.copyOf(most, 600);
    assertInvalid(read(beginning, 4096), 16, "a header of 65536 bytes, 4096 are allowed");
    assertThat(read(bytes(SIGNATURE + "20000208" + "00".repeat(520)), 536).result())
        .isEqualTo(Result.DONE);
    assertInvalid(
        read(bytes(SIGNATURE + "20000209" + "00".repeat(521)), 536),
        16,
        "a header of 537 bytes, 536 are allowed");
  }

  @Test
  void trap6TlvsFillTheHeaderExactlyAndNeverReachIntoThePayload() {
    String values =
        "04 0003 000000" + "e0 0000" + "05 0001 61" + "20 000d 01 00000000 21 0005 68656c6c6f";
    assertThat(readHex(SIGNATURE + "2111 0029" + INET + values + "ffff").connection())
        .isEqualTo(
            proxied(
                16 + 41,
                Tlv.text(ProxyHeader.CUSTOM, ""),
                Tlv.text(ProxyHeader.UNIQUE_ID, "a"),
                Tlv.of(ProxyHeader.SSL, bytes("01 00000000 21 0005 68656c6c6f"))));

    // A type alone, a type and half a length, a value one byte longer than the header.
    assertInvalid(
        readHex(SIGNATURE + "2111 000d" + INET + "05" + "0001 61"),
        29,
        "a TLV at byte 29 that the header cuts off");
    assertInvalid(
        readHex(SIGNATURE + "2111 000e" + INET + "0500" + "01 61"),
        30,
        "a TLV at byte 29 that the header cuts off");
    assertInvalid(
        readHex(SIGNATURE + "2111 0013" + INET + "e00000" + "05 0002 61" + "61"),
        35,
        "a TLV at byte 32 that the header cuts off");
    // The ones inside SSL have an end of their own.
    for (String ssl :
        List.of("20 0004 01000000", "20 0006 0100000000 21", "20 0009 0100000000 21 0002 61")) {
      byte[] value = bytes(ssl);
      String length = HexFormat.of().toHexDigits((short) (12 + value.length));
      assertInvalid(
          readHex(SIGNATURE + "2111" + length + INET + ssl + "6161"),
          28 + value.length,
          "an SSL TLV at byte 29 that is not whole");
    }
  }

  @Test
  void trap7TheChecksumIsOverTheWholeHeaderWithItsFieldZeroed() {
    // What HAProxy 2.6.12 sends with crc32c, unique-id and ssl: the checksum stands first.
    byte[] haproxy =
        bytes(
            (SIGNATURE + "2111 0022 7f000001 7f000001 88ec a477")
                + ("03 0004 daefc856" + "05 0004 69642d37" + "20 0005 00 00000000"));
    assertThat(read(join(haproxy, bytes("ff"))).connection())
        .isEqualTo(
            new ProxiedConnection(
                inet("127.0.0.1", 0x88EC),
                inet("127.0.0.1", 0xA477),
                false,
                List.of(
                    Tlv.text(ProxyHeader.UNIQUE_ID, "id-7"), Tlv.of(ProxyHeader.SSL, new byte[5])),
                haproxy.length));

    // No byte may change, whether before, in or behind the checksum; but for the one that says
    // that there is a checksum.
    for (int i = 16; i < haproxy.length; i += i == 27 ? 2 : 1) {
      byte[] changed = haproxy.clone();
      changed[i] ^= 0x10;
      assertThat(read(changed).result()).as("byte %d", i).isEqualTo(Result.INVALID);
    }
    byte[] own =
        ProxyHeader.withChecksum(ProxyHeader.v2(inet("::1", 1), inet("::2", 2), List.of()));
    assertThat(read(own).connection())
        .isEqualTo(
            new ProxiedConnection(inet("::1", 1), inet("::2", 2), false, List.of(), own.length));
    own[15 + 36] ^= 1;
    Outcome outcome = read(own);
    assertThat(outcome.detail()).startsWith("checksum 0x");
    assertThat(outcome.fault()).isEqualTo(ProxyHeaderFault.INVALID);

    assertInvalid(readHex(SIGNATURE + "2100 0006 03 0003 000000"), 22, "a checksum of 3 bytes");
  }

  @Test
  void trap8OneAnswerSaysThatItIsNoHeaderAndAnotherThatItIsABadOne() {
    Outcome payload = read("SSH-2.0-x\r\n");
    assertThat(payload.result()).isEqualTo(Result.NONE);
    assertThat(payload.connection()).isNull();
    assertThat(payload.fault().text())
        .isEqualTo("Received something which does not look like a PROXY protocol header");
    assertThat(payload.detail()).isEqualTo("no header of version 1 or 2 from byte 1 on");

    Outcome broken = read("PROXY TCP5 ");
    assertThat(broken.result()).isEqualTo(Result.INVALID);
    assertThat(broken.fault().text()).isEqualTo("Received an invalid PROXY protocol header");
    // What does not begin with a header has none later.
    assertThat(read("\nPROXY TCP4 1.2.3.4 1.2.3.4 1 1\r\n").result()).isEqualTo(Result.NONE);
  }

  @Test
  void trap9TheSenderWritesOneHeaderThatAReceiverUnderstands() {
    SockAddr ipv4 = inet("192.0.2.1", 0xC001);
    SockAddr ipv6 = inet("2001:db8::7", 443);
    SockAddr unix = SockAddr.unixPath("/run/x");

    assertThat(text(ProxyHeader.v1(ipv4, inet("198.51.100.7", 443))))
        .isEqualTo("PROXY TCP4 192.0.2.1 198.51.100.7 49153 443\r\n");
    assertThat(text(ProxyHeader.v1(ipv6, ipv6)))
        .isEqualTo("PROXY TCP6 2001:db8::7 2001:db8::7 443 443\r\n");
    assertThat(text(ProxyHeader.v1(ipv4, ipv6)))
        .isEqualTo("PROXY TCP6 ::ffff:192.0.2.1 2001:db8::7 49153 443\r\n");
    assertThat(text(ProxyHeader.v1(SockAddr.UNNAMED, unix))).isEqualTo("PROXY UNKNOWN\r\n");
    assertThat(text(ProxyHeader.v1(ipv4, unix))).isEqualTo("PROXY UNKNOWN\r\n");
    assertThat(HexFormat.of().formatHex(ProxyHeader.local())).isEqualTo(SIGNATURE + "20000000");

    for (byte[] header :
        List.of(ProxyHeader.v1(ipv4, ipv6), ProxyHeader.v2(ipv4, ipv6, List.of()))) {
      assertThat(read(header).connection())
          .isEqualTo(new ProxiedConnection(ipv4, ipv6, false, List.of(), header.length));
    }
    for (byte[] header :
        List.of(ProxyHeader.v1(ipv6, ipv4), ProxyHeader.v2(ipv6, ipv4, List.of()))) {
      assertThat(read(header).connection())
          .isEqualTo(new ProxiedConnection(ipv6, ipv4, false, List.of(), header.length));
    }
    for (byte[] header :
        List.of(ProxyHeader.v1(unix, unix), ProxyHeader.v2(unix, unix, List.of()))) {
      assertThat(read(header).connection())
          .isEqualTo(ProxiedConnection.unaddressed(false, List.of(), header.length));
    }
  }

  @Test
  void trap10WhoIsAtTheOtherEndIsNeverMadeUp() {
    // No address in the header: none in the answer, so that the caller keeps the real ones.
    for (String header :
        List.of("20000000", "2011000c" + INET, "21000000", "2112000c" + INET, "2110000c" + INET)) {
      ProxiedConnection connection = readHex(SIGNATURE + header).connection();
      assertThat(connection.source()).isNull();
      assertThat(connection.destination()).isNull();
    }
    ProxiedConnection unknown = read("PROXY UNKNOWN 192.0.2.1 192.0.2.2 1 2\r\n").connection();
    assertThat(unknown).isEqualTo(ProxiedConnection.unaddressed(false, List.of(), 39));
    assertThat(read("PROXY TCP4 localhost 192.0.2.2 1 2\r\n").result()).isEqualTo(Result.INVALID);
    // Mapped into IPv6 it is the same client as without: rules for it must match.
    assertThat(read("PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2\r\n").connection().source())
        .isEqualTo(inet("192.0.2.1", 1));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.US_ASCII);
  }
}
