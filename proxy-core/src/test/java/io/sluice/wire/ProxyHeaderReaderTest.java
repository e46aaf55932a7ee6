package io.sluice.wire;

import static io.sluice.wire.Prefixes.bytes;
import static io.sluice.wire.Prefixes.read;
import static io.sluice.wire.Prefixes.readHex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.linux.SockAddr;
import io.sluice.wire.ProxyHeader.Tlv;
import io.sluice.wire.ProxyHeaderReader.Result;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each table is read cut at every place, see {@link Prefixes}. */
class ProxyHeaderReaderTest {
  private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

  /** In the tables CR, LF and NUL are written as ␍, ␊ and ␀. */
  private static String unescaped(String text) {
    return text.replace('␍', '\r').replace('␊', '\n').replace('␀', '\0');
  }

  private static SockAddr inet(String ip, int port) throws UnknownHostException {
    return SockAddr.inet(InetAddress.getByName(ip), port);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PROXY UNKNOWN␍␊",
        "PROXY UNKNOWN ␍␊",
        "PROXY UNKNOWN ffff::1 ffff::2 65535 65535␍␊",
        "PROXY UNKNOWN \t␀ÿ  anything␍␊",
      })
  void anUnknownLineIsSkippedToItsEnd(String line) {
    String text = unescaped(line);
    assertThat(read(text + "rest").connection())
        .isEqualTo(ProxiedConnection.unaddressed(false, List.of(), text.length()));
  }

  @ParameterizedTest
  @CsvSource({
    "TCP4, 0.0.0.0, 255.255.255.255, 0, 65535",
    "TCP4, 10.20.30.40, 1.2.3.4, 1, 10",
    "TCP6, ::, ::1, 0, 0",
    "TCP6, 1::, 1:2:3:4:5:6:7::, 1, 2",
    "TCP6, ::2:3:4:5:6:7:8, 1::8, 1, 2",
    "TCP6, 1:2:3:4:5:6:7:8, 0001:0203:ABCD:abcd:0:0:0:0, 1, 2",
    "TCP6, 1:2:3:4:5:6:1.2.3.4, 1::5:1.2.3.4, 1, 2",
    "TCP6, ::1.2.3.4, 64:ff9b::255.255.255.255, 1, 2",
    "TCP6, ::ffff:1.2.3.4, ::ffff:102:304, 1, 2",
    "TCP6, 2001:db8:0:0:1::, fe80::1, 1, 2",
  })
  void anAddressInTextIsWhatTheJdkMakesOfIt(
      String protocol, String from, String to, int fromPort, int toPort) throws Exception {
    String line =
        "PROXY " + protocol + " " + from + " " + to + " " + fromPort + " " + toPort + "\r\n";
    assertThat(read(line).connection())
        .isEqualTo(
            new ProxiedConnection(
                inet(from, fromPort), inet(to, toPort), false, List.of(), line.length()));
  }

  /** The number is that of the byte, from 1, which gives it away. */
  @ParameterizedTest
  @CsvSource({
    "'PROXY  TCP4 1.2.3.4 1.2.3.4 1 1␍␊', 7",
    "'PROXY tcp4 1.2.3.4 1.2.3.4 1 1␍␊', 7",
    "'PROXY TCP 1.2.3.4 1.2.3.4 1 1␍␊', 10",
    "'PROXY TCP44 1.2.3.4 1.2.3.4 1 1␍␊', 11",
    "'PROXY UDP4 1.2.3.4 1.2.3.4 1 1␍␊', 8",
    "'PROXY ␍␊', 7",
    "'PROXY UNKNOWNS␍␊', 14",
    "'PROXY UNKNOWN␊', 14",
    "'PROXY UNKNOWN a␊', 16",
    "'PROXY UNKNOWN a␍a␍␊', 17",
    "'PROXY UNKNOWN␍␍␊', 15",
    "'PROXY TCP4  1.2.3.4 1.2.3.4 1 1␍␊', 12",
    "'PROXY TCP4 1.2.3 1.2.3.4 1 1␍␊', 17",
    "'PROXY TCP4 1.2.3. 1.2.3.4 1 1␍␊', 18",
    "'PROXY TCP4 1..3.4 1.2.3.4 1 1␍␊', 14",
    "'PROXY TCP4 .1.2.3 1.2.3.4 1 1␍␊', 12",
    "'PROXY TCP4 1.2.3.4.5 1.2.3.4 1 1␍␊', 19",
    "'PROXY TCP4 1.2.3.256 1.2.3.4 1 1␍␊', 20",
    "'PROXY TCP4 01.2.3.4 1.2.3.4 1 1␍␊', 13",
    "'PROXY TCP4 00.2.3.4 1.2.3.4 1 1␍␊', 13",
    "'PROXY TCP4 0x1.2.3.4 1.2.3.4 1 1␍␊', 13",
    "'PROXY TCP4 -1.2.3.4 1.2.3.4 1 1␍␊', 12",
    "'PROXY TCP4 ::1 ::1 1 1␍␊', 12",
    "'PROXY TCP4 1.2.3.4 ::1 1 1␍␊', 20",
    "'PROXY TCP4 1.2.3.4 1.2.3.4 65536 1␍␊', 32",
    "'PROXY TCP4 1.2.3.4 1.2.3.4 00 1␍␊', 29",
    "'PROXY TCP4 1.2.3.4 1.2.3.4 080 1␍␊', 29",
    "'PROXY TCP4 1.2.3.4 1.2.3.4 +1 1␍␊', 28",
    "'PROXY TCP4 1.2.3.4 1.2.3.4  1 1␍␊', 28",
    "'PROXY TCP4 1.2.3.4 1.2.3.4 1 ␍␊', 30",
    "'PROXY TCP4 1.2.3.4 1.2.3.4 1␍␊', 29",
    "'PROXY TCP4 1.2.3.4 1.2.3.4 1 1 ␍␊', 31",
    "'PROXY TCP4 1.2.3.4 1.2.3.4 1 1␊', 31",
    "'PROXY TCP4 1.2.3.4 1.2.3.4 1 1␍x', 32",
    "'PROXY TCP4 1.2.3.4␍␊', 19",
    "'PROXY TCP6 1.2.3.4 ::1 1 1␍␊', 13",
    "'PROXY TCP6 : ::1 1 1␍␊', 13",
    "'PROXY TCP6 :1::1 ::1 1 1␍␊', 13",
    "'PROXY TCP6 ::: ::1 1 1␍␊', 14",
    "'PROXY TCP6 1::2::3 ::1 1 1␍␊', 17",
    "'PROXY TCP6 1:2:3:4:5:6:7 ::1 1 1␍␊', 25",
    "'PROXY TCP6 1:2:3:4:5:6:7: ::1 1 1␍␊', 26",
    "'PROXY TCP6 1:2:3:4:5:6:7:8: ::1 1 1␍␊', 27",
    "'PROXY TCP6 1:2:3:4:5:6:7::8 ::1 1 1␍␊', 27",
    "'PROXY TCP6 ::1:2:3:4:5:6:7:8 ::1 1 1␍␊', 28",
    "'PROXY TCP6 1:2:3:4:5:6:7:1.2.3.4 ::1 1 1␍␊', 27",
    "'PROXY TCP6 1:2:3:4:5:1.2.3.4 ::1 1 1␍␊', 23",
    "'PROXY TCP6 ::1:2:3:4:5:6:1.2.3.4 ::1 1 1␍␊', 27",
    "'PROXY TCP6 ::f.2.3.4 ::1 1 1␍␊', 15",
    "'PROXY TCP6 ::01.2.3.4 ::1 1 1␍␊', 16",
    "'PROXY TCP6 ::256.2.3.4 ::1 1 1␍␊', 17",
    "'PROXY TCP6 ::.2.3.4 ::1 1 1␍␊', 14",
    "'PROXY TCP6 ::1.2.3 ::1 1 1␍␊', 19",
    "'PROXY TCP6 ::1.2.3.4:1 ::1 1 1␍␊', 21",
    "'PROXY TCP6 ::12345 ::1 1 1␍␊', 18",
    "'PROXY TCP6 ::g ::1 1 1␍␊', 14",
    "'PROXY TCP6 fe80::1%1 ::1 1 1␍␊', 19",
    "'PROXY TCP6 [::1] ::1 1 1␍␊', 12",
    "'PROXY TCP6 ::１ ::1 1 1␍␊', 14",
    "'PROXY TCP6 1:2 ::1 1 1␍␊', 15",
    "'PROXY TCP6 ::1: ::1 1 1␍␊', 16",
    "'PROXY TCP6  ::1 1 1␍␊', 12",
  })
  void aLineThatBreaksARuleIsInvalidAtThatByte(String line, int at) {
    byte[] bytes = unescaped(line).getBytes(StandardCharsets.UTF_8);
    Prefixes.Outcome outcome = read(bytes);

    assertThat(outcome.result()).isEqualTo(Result.INVALID);
    assertThat(outcome.fault()).isEqualTo(ProxyHeaderFault.INVALID);
    assertThat(outcome.decidedAt()).as(outcome.detail()).isEqualTo(at);
    assertThat(outcome.detail())
        .startsWith("0x" + Integer.toHexString(bytes[at - 1] & 0xFF) + " as byte " + at + ", in ");
  }

  @Test
  void aLineWithoutAnEndIsInvalidAtItsLongest() {
    Prefixes.Outcome outcome = read("PROXY UNKNOWN " + "x".repeat(200));
    assertThat(outcome.result()).isEqualTo(Result.INVALID);
    assertThat(outcome.decidedAt()).isEqualTo(107);
    assertThat(outcome.detail()).isEqualTo("a line longer than 107 bytes");
  }

  @ParameterizedTest
  @CsvSource({
    // As HAProxy 2.6.12 sent them to a listener on loopback; UNIX clients and checks are LOCAL.
    "2111000c7f0000017f000001bfc6a476, 127.0.0.1, 49094, 127.0.0.1, 42102",
    "212100240000000000000000000000000000000100000000000000000000000000000001c6d6a476,"
        + " ::1, 50902, ::1, 42102",
    "20000000, , 0, , 0",
  })
  void headersOfHaproxyAreUnderstood(String hex, String from, int fromPort, String to, int toPort)
      throws Exception {
    ProxiedConnection connection = readHex(SIGNATURE + hex).connection();

    assertThat(connection.source()).isEqualTo(from == null ? null : inet(from, fromPort));
    assertThat(connection.destination()).isEqualTo(to == null ? null : inet(to, toPort));
    assertThat(connection.local()).isEqualTo(from == null);
    if (from != null) {
      byte[] ours = ProxyHeader.v2(connection.source(), connection.destination(), List.of());
      assertThat(ours).isEqualTo(bytes(SIGNATURE + hex));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PROXY TCP4 127.0.0.1 127.0.0.1 47656 42101␍␊",
        "PROXY TCP6 ::1 ::1 42064 42101␍␊",
      })
  void linesOfHaproxyAreWrittenTheSame(String line) {
    ProxiedConnection connection = read(unescaped(line)).connection();
    assertThat(ProxyHeader.v1(connection.source(), connection.destination()))
        .asString(StandardCharsets.US_ASCII)
        .isEqualTo(unescaped(line));
  }

  @Test
  void unixAddressesKeepWhatIsNotUtf8AndMayFillTheirField() {
    String full = "2f" + "ff".repeat(107);
    ProxiedConnection connection =
        readHex(SIGNATURE + "213100d8" + full + "00".repeat(108)).connection();
    ByteBuffer encoded = ByteBuffer.allocate(SockAddr.MAX_LENGTH);
    int length = connection.source().encode(encoded);
    assertThat(length).isGreaterThanOrEqualTo(110);
    assertThat(Arrays.copyOfRange(encoded.array(), 2, 110)).isEqualTo(bytes(full));
    assertThat(connection.destination()).isEqualTo(SockAddr.UNNAMED);
  }

  @Test
  void tlvsOfOtherTransportsAreReadThoughTheirAddressesAreNot() {
    assertThat(readHex(SIGNATURE + "2112 0010" + "01".repeat(12) + "e0 0001 61").connection())
        .isEqualTo(
            ProxiedConnection.unaddressed(false, List.of(Tlv.text(ProxyHeader.CUSTOM, "a")), 32));
  }

  @Test
  void whatWasReadCanBePassedOn() throws Exception {
    List<Tlv> tlvs =
        List.of(
            Tlv.text(ProxyHeader.ALPN, "h2"),
            Tlv.text(ProxyHeader.AUTHORITY, "a.example"),
            Tlv.of(ProxyHeader.SSL, bytes("01 00000000 21 0007 544c5376312e33")),
            Tlv.of(ProxyHeader.CUSTOM, new byte[] {0, -1}));
    byte[] first =
        ProxyHeader.withChecksum(ProxyHeader.v2(inet("10.0.0.1", 1), inet("::1", 2), tlvs));

    ProxiedConnection read = read(first).connection();
    assertThat(read.tlvs()).isEqualTo(tlvs);
    byte[] second =
        ProxyHeader.withChecksum(ProxyHeader.v2(read.source(), read.destination(), read.tlvs()));
    assertThat(second).isEqualTo(first);
  }

  @Test
  void twoChecksumsAreInvalidEvenWhereTheFirstIsRight() {
    byte[] header = bytes(SIGNATURE + "2100 000e 03 0004 00000000 03 0004 00000000");
    CRC32C sum = new CRC32C();
    sum.update(header);
    ByteBuffer.wrap(header).putInt(16 + 3, (int) sum.getValue());

    assertThat(read(header).detail()).isEqualTo("a second checksum");
  }

  @Test
  void howManyBytesAreNeededIsToldAsSoonAsItIsKnown() throws Exception {
    byte[] block = ProxyHeader.v2(inet("1.2.3.4", 5), inet("6.7.8.9", 10), List.of());
    byte[] line = ProxyHeader.v1(inet("1.2.3.4", 5), inet("6.7.8.9", 10));

    assertThat(needed(block, 0)).isEqualTo(1);
    assertThat(needed(block, 11)).isEqualTo(12);
    assertThat(needed(block, 12)).isEqualTo(16);
    assertThat(needed(block, 16)).isEqualTo(block.length);
    assertThat(needed(line, 5)).isEqualTo(6);
    assertThat(needed(line, 6)).isEqualTo("PROXY UNKNOWN\r\n".length());
    assertThat(needed(line, 20)).isEqualTo(21);
  }

  private static int needed(byte[] bytes, int length) {
    ProxyHeaderReader reader = new ProxyHeaderReader(Prefixes.BOUND_BYTES);
    assertThat(reader.read(ByteBuffer.wrap(bytes, 0, length))).isEqualTo(Result.MORE);
    return reader.bytesNeeded();
  }

  @Test
  void aBoundBelowWhatEveryReceiverTakesIsRefused() {
    assertThatThrownBy(() -> new ProxyHeaderReader(535))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a bound of 535 bytes, must be at least 536");
  }

  @Test
  void oneReaderServesManyConnections() throws Exception {
    ProxyHeaderReader reader = new ProxyHeaderReader(Prefixes.BOUND_BYTES);
    byte[] line = ProxyHeader.v1(inet("1.2.3.4", 5), inet("6.7.8.9", 10));
    assertThat(reader.read(ByteBuffer.wrap(line))).isEqualTo(Result.DONE);
    byte[] unknown = ProxyHeader.v1(SockAddr.UNNAMED, SockAddr.UNNAMED);
    assertThat(reader.read(ByteBuffer.wrap(unknown))).isEqualTo(Result.DONE);
    assertThat(reader.connection().source()).isNull();
    assertThat(reader.read(ByteBuffer.wrap(line, 0, 20))).isEqualTo(Result.MORE);
    assertThat(reader.connection()).isNull();
    assertThat(reader.read(ByteBuffer.wrap(new byte[3]))).isEqualTo(Result.NONE);
    assertThat(reader.read(ByteBuffer.wrap(line))).isEqualTo(Result.DONE);
    assertThat(reader.connection().source()).isEqualTo(inet("1.2.3.4", 5));
    assertThat(reader.detail()).isNull();
  }

  @Test
  void waitingForMoreAllocatesNothing() throws Exception {
    ProxyHeaderReader reader = new ProxyHeaderReader(Prefixes.BOUND_BYTES);
    byte[] line = ProxyHeader.v1(inet("::ffff:1:2", 5), inet("ffff::9", 10));
    byte[] block = ProxyHeader.v2(inet("1.2.3.4", 5), inet("6.7.8.9", 10), List.of());
    ByteBuffer ofLine = ByteBuffer.wrap(line, 0, line.length - 1);
    ByteBuffer ofBlock = ByteBuffer.wrap(block, 0, block.length - 1);
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    long least = Long.MAX_VALUE;
    for (int round = 0; round < 10; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 1_000; i++) {
        reader.read(ofLine);
        reader.read(ofBlock);
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    // Asking for the number itself may allocate a little.
    assertThat(least).isLessThan(1_000);
  }
}
