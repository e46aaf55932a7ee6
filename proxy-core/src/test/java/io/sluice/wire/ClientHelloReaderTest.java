package io.sluice.wire;

import static io.sluice.wire.Hellos.BOUND_BYTES;
import static io.sluice.wire.Hellos.alpn;
import static io.sluice.wire.Hellos.extension;
import static io.sluice.wire.Hellos.message;
import static io.sluice.wire.Hellos.ofJdk;
import static io.sluice.wire.Hellos.read;
import static io.sluice.wire.Hellos.record;
import static io.sluice.wire.Hellos.records;
import static io.sluice.wire.Hellos.serverName;
import static io.sluice.wire.Hellos.vector;
import static io.sluice.wire.Prefixes.bytes;
import static io.sluice.wire.Prefixes.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.wire.ClientHelloReader.Result;
import io.sluice.wire.Hellos.Outcome;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each ClientHello is read cut at every place, see {@link Hellos#read}. */
class ClientHelloReaderTest {
  private static final byte[] NOTHING = new byte[0];

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static ClientHello hello(byte[]... extensions) {
    return read(record(message(join(extensions), 0))).hello();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void aHelloOfTheJdkIsRead(String protocol) throws Exception {
    byte[] record = ofJdk(protocol, "Www.Example.COM", "h2", "http/1.1");
    assertThat(read(join(record, ascii("more"))))
        .isEqualTo(
            new Outcome(
                Result.DONE,
                record.length,
                new ClientHello("www.example.com", List.of("h2", "http/1.1")),
                null));

    assertThat(read(ofJdk(protocol, null)).hello()).isEqualTo(new ClientHello(null, List.of()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void recordsMayEndAnywhere(String protocol) throws Exception {
    byte[] message = message(ofJdk(protocol, "www.example.com", "h2"));
    ClientHello expected = new ClientHello("www.example.com", List.of("h2"));
    ClientHelloReader reader = new ClientHelloReader(BOUND_BYTES);

    for (int size = 1; size <= message.length; size++) {
      int piece = size;
      byte[] alike = records(message, at -> piece);
      byte[] inTwo = records(message, at -> at == 0 ? piece : message.length);
      for (byte[] records : List.of(alike, inTwo)) {
        assertThat(reader.read(ByteBuffer.wrap(records, 0, records.length - 1)))
            .isEqualTo(Result.MORE);
        assertThat(reader.bytesNeeded()).isEqualTo(records.length);
        assertThat(reader.read(ByteBuffer.wrap(records))).isEqualTo(Result.DONE);
        assertThat(reader.hello()).isEqualTo(expected);
      }
    }
    for (int size : new int[] {1, 2, 3, 4, 5, 64}) {
      assertThat(read(records(message, at -> size)).hello()).isEqualTo(expected);
    }
  }

  @Test
  void aLongHelloOfTheJdkTakesSeveralSegmentsAndRecords() throws Exception {
    String[] protocols =
        IntStream.range(0, 150)
            .mapToObj(i -> "protocol-of-some-length-" + i)
            .toArray(String[]::new);
    byte[] message = message(ofJdk("TLSv1.3", "www.example.com", protocols));
    assertThat(message).hasSizeGreaterThan(4096);

    byte[] records = records(message, at -> 1_000);
    assertThat(read(records).hello())
        .isEqualTo(new ClientHello("www.example.com", List.of(protocols)));
    assertThat(read(records, records.length).result()).isEqualTo(Result.DONE);
    Outcome tooLong = read(records, records.length - 1);
    assertThat(tooLong.detail())
        .isEqualTo("a ClientHello of more than " + (records.length - 1) + " bytes");
  }

  @Test
  void theLongestMessageOfOneRecordIsReadAndALongerOneIsRefusedByItsFirstBytes() {
    int fixed = message(NOTHING, 0).length + 4;
    byte[] longest = message(extension(21, new byte[16 * 1024 - fixed]), 0);
    assertThat(longest).hasSize(16 * 1024);
    ClientHelloReader reader = new ClientHelloReader(BOUND_BYTES);
    assertThat(reader.read(ByteBuffer.wrap(record(longest)))).isEqualTo(Result.DONE);

    byte[] longer = message(extension(21, new byte[16 * 1024 - fixed + 1]), 0);
    byte[] records = records(longer, at -> 16 * 1024);
    Outcome outcome = read(Arrays.copyOf(records, 100));
    assertThat(outcome.detail()).isEqualTo("a ClientHello of more than 16389 bytes");
    assertThat(outcome.decidedAt()).isEqualTo(9);
  }

  @Test
  void recordsOfOneByteCountWithTheirHeaders() {
    byte[] message = message(serverName("a"), 0);
    byte[] records = records(message, at -> 1);
    assertThat(records).hasSize(6 * message.length);
    assertThat(read(records, records.length).result()).isEqualTo(Result.DONE);
    assertThat(read(records, records.length - 1).result()).isEqualTo(Result.INVALID);
  }

  @ParameterizedTest
  @MethodSource("others")
  void otherProtocolsAreToldByTheirFirstBytes(byte[] bytes, int decidedAt) {
    assertThat(read(bytes)).isEqualTo(new Outcome(Result.NOT_TLS, decidedAt, null, null));
  }

  static Stream<Arguments> others() {
    return Stream.of(
        Arguments.of(ascii("GET / HTTP/1.1\r\n\r\n"), 1),
        Arguments.of(ascii("SSH-2.0-OpenSSH\r\n"), 1),
        Arguments.of(ascii("\n"), 1),
        // SSL 2: two bytes of length, then CLIENT-HELLO.
        Arguments.of(bytes("802e 01 0301 0015 0000 0010"), 1),
        // An alert is no beginning.
        Arguments.of(bytes("15 0301 0002 0100"), 1),
        Arguments.of(bytes("16 02 01"), 2),
        Arguments.of(bytes("16 16"), 2));
  }

  /** SMTP, MySQL and their like say nothing until the server has: nothing can be decided. */
  @Test
  void silenceIsNotDecided() {
    assertThat(read(NOTHING)).isEqualTo(new Outcome(Result.MORE, 0, null, null));
    ClientHelloReader reader = new ClientHelloReader(BOUND_BYTES);
    assertThat(reader.read(ByteBuffer.allocate(0))).isEqualTo(Result.MORE);
    assertThat(reader.bytesNeeded()).isEqualTo(1);
  }

  @Test
  void namesAreInLowerCaseAndWithoutADotAtTheEnd() {
    assertThat(hello(serverName("A.Example.")).serverName()).isEqualTo("a.example");
    assertThat(hello(serverName("xn--BCHER-kva.example")).serverName())
        .isEqualTo("xn--bcher-kva.example");
    assertThat(hello(serverName("a_b")).serverName()).isEqualTo("a_b");
    assertThat(hello(serverName("x".repeat(255))).serverName()).hasSize(255);
  }

  @Test
  void onlyNamesOfTypeHostAreTaken() {
    byte[] other = join(new byte[] {1}, vector(2, ascii("other\0")));
    byte[] host = join(new byte[] {0}, vector(2, ascii("host")));
    assertThat(hello(extension(0, vector(2, join(other, host)))).serverName()).isEqualTo("host");
    assertThat(hello(extension(0, vector(2, other))).serverName()).isNull();
  }

  @Test
  void extensionsMayStandInAnyOrderAndUnknownOnesAreSkipped() {
    byte[] grease = extension(0x0A0A, NOTHING);
    byte[] ech = extension(0xFE0D, new byte[100]);
    assertThat(hello(grease, alpn("h2", "\n\u00fa"), ech, serverName("outer.example"), grease))
        .isEqualTo(new ClientHello("outer.example", List.of("h2", "\n\u00fa")));
    assertThat(hello(NOTHING)).isEqualTo(new ClientHello(null, List.of()));
    assertThat(read(record(message(null, 32))).hello()).isEqualTo(new ClientHello(null, List.of()));
  }

  static Stream<Arguments> invalidExtensions() {
    byte[] sni = serverName("a");
    return Stream.of(
        Arguments.of(serverName(""), "server name of 0 bytes"),
        Arguments.of(serverName("."), "a server name with an empty label"),
        Arguments.of(serverName("a.."), "a server name with an empty label"),
        Arguments.of(serverName(".a"), "a server name with an empty label"),
        Arguments.of(serverName("a..b"), "a server name with an empty label"),
        Arguments.of(serverName("a\0.example"), "a server name with the byte 0x0"),
        Arguments.of(serverName("a b"), "a server name with the byte 0x20"),
        Arguments.of(serverName("a\u007f"), "a server name with the byte 0x7f"),
        Arguments.of(serverName("b\u00fccher"), "a server name with the byte 0xfc"),
        Arguments.of(serverName("a\n"), "a server name with the byte 0xa"),
        Arguments.of(serverName("x".repeat(256)), "a server name of 256 bytes"),
        Arguments.of(join(sni, sni), "a second server name"),
        Arguments.of(
            extension(0, vector(2, bytes("00 0001 61 00 0001 62"))), "a second server name"),
        Arguments.of(extension(0, NOTHING), "server names without a length"),
        Arguments.of(extension(0, bytes("0000")), "server names of 0 bytes"),
        Arguments.of(extension(0, bytes("0004 00 0001 61 62")), "1 bytes behind the server names"),
        Arguments.of(
            extension(0, bytes("0005 00 0001 61")), "server names of 5 bytes where 4 are left"),
        Arguments.of(
            extension(0, bytes("0004 00 0002 61")), "server name of 2 bytes where 1 are left"),
        Arguments.of(extension(0, bytes("0002 00 00")), "server name without a length"),
        Arguments.of(extension(16, NOTHING), "protocols without a length"),
        Arguments.of(extension(16, bytes("0000")), "protocols of 0 bytes"),
        Arguments.of(extension(16, bytes("0001 00")), "protocol of 0 bytes"),
        Arguments.of(extension(16, bytes("0002 02 61")), "protocol of 2 bytes where 1 are left"),
        Arguments.of(extension(16, bytes("0002 01 61 61")), "1 bytes behind the protocols"),
        Arguments.of(join(alpn("a"), alpn("a")), "a second list of protocols"),
        Arguments.of(join(sni, bytes("00")), "half a type of extension"),
        Arguments.of(join(sni, bytes("0010")), "extension 16 without a length"),
        Arguments.of(join(sni, bytes("0010 00")), "extension 16 without a length"),
        Arguments.of(
            join(sni, bytes("0a0a 0002 00")), "extension 2570 of 2 bytes where 1 are left"));
  }

  @ParameterizedTest
  @MethodSource("invalidExtensions")
  void extensionsThatBreakARuleAreInvalid(byte[] extensions, String detail) {
    byte[] record = record(message(extensions, 0));
    assertThat(read(record)).isEqualTo(new Outcome(Result.INVALID, record.length, null, detail));
  }

  static Stream<Arguments> invalidMessages() {
    byte[] good = message(serverName("a"), 0);
    String random = "0303" + "00".repeat(32);
    return Stream.of(
        Arguments.of(bytes("01 000000"), "a ClientHello of 0 bytes"),
        Arguments.of(bytes("01 000021" + "00".repeat(33)), "a ClientHello of 33 bytes"),
        Arguments.of(bytes("01 000022" + random), "session id without a length"),
        Arguments.of(bytes("01 000023" + random + "01"), "session id of 1 bytes where 0 are left"),
        Arguments.of(message(NOTHING, 33), "session id of 33 bytes"),
        Arguments.of(bytes("01 000025" + random + "00 0000"), "cipher suites of 0 bytes"),
        Arguments.of(bytes("01 000028" + random + "00 0003 000000"), "half a cipher suite"),
        Arguments.of(
            bytes("01 000027" + random + "00 0002 0000"), "compression methods without a length"),
        Arguments.of(
            bytes("01 000028" + random + "00 0002 0000 00"), "compression methods of 0 bytes"),
        Arguments.of(
            bytes("01 00002a" + random + "00 0002 0000 0100 00"), "extensions without a length"),
        Arguments.of(
            bytes("01 00002b" + random + "00 0002 0000 0100 0001"),
            "extensions of 1 bytes where 0 are left"),
        Arguments.of(
            bytes("01 00002c" + random + "00 0002 0000 0100 0000 00"),
            "1 bytes behind the extensions"),
        Arguments.of(
            join(new byte[] {1}, vector(3, Arrays.copyOfRange(good, 4, good.length - 1))),
            "extensions of 10 bytes where 9 are left"));
  }

  @ParameterizedTest
  @MethodSource("invalidMessages")
  void messagesThatBreakARuleAreInvalid(byte[] message, String detail) {
    byte[] record = record(message);
    assertThat(read(record)).isEqualTo(new Outcome(Result.INVALID, record.length, null, detail));
    assertThat(read(records(message, at -> 7)).detail()).isEqualTo(detail);
  }

  static Stream<Arguments> invalidRecords() {
    return Stream.of(
        Arguments.of("16 0301 0000 16", 5, "a record of 0 bytes at byte 1"),
        Arguments.of("16 0301 4001 01", 5, "a record of 16385 bytes at byte 1"),
        Arguments.of("16 0301 0004 02000000", 6, "a handshake that begins with message 2"),
        Arguments.of("16 0301 0001 01 15 0301", 7, "a record of type 21 at byte 7"),
        Arguments.of("16 0301 0001 01 16 04", 8, "a record of major version 4 at byte 7"),
        Arguments.of("16 0301 0001 01 16 0304 0000 16", 11, "a record of 0 bytes at byte 7"),
        Arguments.of("16 0301 0004 01ffffff", 9, "a ClientHello of more than 16389 bytes"));
  }

  @ParameterizedTest
  @MethodSource("invalidRecords")
  void recordsThatBreakARuleAreInvalidAtThatByte(String hex, int decidedAt, String detail) {
    assertThat(read(bytes(hex))).isEqualTo(new Outcome(Result.INVALID, decidedAt, null, detail));
  }

  @Test
  void aBoundThatNothingFitsInIsRefused() {
    assertThat(read(record(message(null, 0)), 50).result()).isEqualTo(Result.DONE);
    assertThatThrownBy(() -> new ClientHelloReader(49))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a bound of 49 bytes, must be at least 50");
  }

  @Test
  void waitingForMoreAllocatesNothing() {
    ClientHelloReader reader = new ClientHelloReader(BOUND_BYTES);
    byte[] records = records(message(serverName("a.example"), 32), at -> 10);
    ByteBuffer allButOne = ByteBuffer.wrap(records, 0, records.length - 1);
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    long least = Long.MAX_VALUE;
    for (int round = 0; round < 10; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 1_000; i++) {
        reader.read(allButOne);
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    // Asking for the number itself may allocate a little.
    assertThat(least).isLessThan(1_000);
  }
}
