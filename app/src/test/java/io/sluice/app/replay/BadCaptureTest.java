package io.sluice.app.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is no capture, or no longer one, is told with file and offset. */
class BadCaptureTest {
  /** A section header of 28 bytes and an interface of 32. */
  private static final int FIRST_PACKET_AT = 60;

  @TempDir private Path folder;

  private static byte[] good() {
    CaptureWriter writer = CaptureWriter.pcapng();
    writer.open("10.0.0.1", 40_000, "10.0.0.2", 80).ask("hello").answer("world").endOfClient();
    return writer.bytes();
  }

  private void refuses(byte[] bytes, String message) throws IOException {
    Path file = Files.write(folder.resolve("bad.pcapng"), bytes);
    assertThatThrownBy(() -> Recorded.index(file))
        .isInstanceOf(CaptureException.class)
        .hasMessage(file + ": " + message);
  }

  private static byte[] with(int at, int value) {
    byte[] bytes = good();
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
    return bytes;
  }

  @Test
  void wrongBeginning() throws IOException {
    refuses(new byte[0], "neither pcapng nor pcap: it has 0 bytes (at byte 0)");
    refuses(new byte[] {1, 2}, "neither pcapng nor pcap: it has 2 bytes (at byte 0)");
    refuses(with(0, 7), "neither pcapng nor pcap: it begins with 0x07000000 (at byte 0)");
    refuses(with(8, 5), "not pcapng: byte-order magic is 0x5000000 (at byte 8)");
    refuses(with(12, 2), "pcapng of version 2, not 1 (at byte 12)");
  }

  @Test
  void absurdLengths() throws IOException {
    int size = good().length;
    String packet = "not pcapng: a block of type 6 with length ";
    refuses(with(4, 3), "not pcapng: a block of type 168627466 with length 3 (at byte 0)");
    refuses(with(FIRST_PACKET_AT + 4, 0), packet + "0 (at byte 60)");
    refuses(with(FIRST_PACKET_AT + 4, 33), packet + "33 (at byte 60)");
    refuses(
        with(FIRST_PACKET_AT + 4, -4),
        "ends within a block of 4294967292 bytes, of which it has "
            + (size - FIRST_PACKET_AT)
            + " (at byte 60); give it the ending .part to replay what is there");
    refuses(
        with(FIRST_PACKET_AT + 20, -1),
        "a packet of 4294967295 bytes in a block with room for 44 (at byte 80)");
    refuses(
        with(FIRST_PACKET_AT + 8, 3), "a packet of interface 3, of which there are 1 (at byte 60)");
    refuses(
        with(FIRST_PACKET_AT + 72, 80),
        "a block begins with length 76 and ends with length 80 (at byte 132)");
    refuses(with(28 + 16, 9 | 0x7000 << 16), "an option of 28672 bytes (at byte 44)");
  }

  @Test
  void absurdLengthInAPcap() throws IOException {
    CaptureWriter writer =
        CaptureWriter.pcap(ByteOrder.LITTLE_ENDIAN, CaptureWriter.LINK_RAW, true);
    writer.open("10.0.0.1", 40_000, "10.0.0.2", 80);
    byte[] bytes = writer.bytes();
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(24 + 8, Integer.MAX_VALUE);

    refuses(
        bytes,
        "ends within a packet of 2147483647 bytes, of which it has "
            + (bytes.length - 40)
            + " (at byte 24); give it the ending .part to replay what is there");
  }

  @Test
  void everyTruncationIsToldUnlessTheNameSaysPart() throws IOException {
    byte[] good = good();
    int refused = 0;
    for (int length = FIRST_PACKET_AT + 1; length < good.length; length++) {
      byte[] cut = Arrays.copyOf(good, length);
      Path file = Files.write(folder.resolve("cut.pcapng"), cut);
      Path part = Files.write(folder.resolve("cut.pcapng.part"), cut);
      try {
        Recorded.index(file);
      } catch (CaptureException e) {
        refused++;
        assertThat(e).hasMessageStartingWith(file + ": ");
      }
      try {
        CaptureIndex index = Recorded.index(part);
        assertThat(index.sessions()).hasSize(1);
      } catch (CaptureException e) {
        assertThat(e).hasMessageContaining("no session to replay");
      }
    }
    // All but those that end between two of its six packets.
    assertThat(refused).isGreaterThan(good.length - FIRST_PACKET_AT - 8);
  }

  @Test
  void partKeepsWhatIsThere() throws IOException {
    byte[] good = good();
    Path part = folder.resolve("cut.pcapng.part");
    Files.write(part, Arrays.copyOf(good, good.length - 4));

    CaptureIndex index = Recorded.index(part);

    assertThat(Recorded.text(index.sessions().get(0).toServer())).isEqualTo("hello");
    assertThat(index.warnings()).first().asString().startsWith(part + ": ends within a block of ");
  }

  @Test
  void unknownBlocksAreSkipped() throws IOException {
    CaptureWriter writer = CaptureWriter.pcapng();
    writer.block(5, new byte[16]).block(0x0BAD, new byte[400_000]).block(4, new byte[8]);
    writer.open("10.0.0.1", 40_000, "10.0.0.2", 80).ask("hello");
    writer.block(10, new byte[4]);
    Path file = writer.writeTo(folder.resolve("a.pcapng"));

    assertThat(Recorded.text(Recorded.index(file).sessions().get(0).toServer())).isEqualTo("hello");
  }

  @Test
  void unknownLinkTypeIsNamed() throws IOException {
    CaptureWriter writer = CaptureWriter.pcapng();
    writer.packet(new byte[100], 100);
    byte[] wifi = writer.bytes();
    ByteBuffer.wrap(wifi).order(ByteOrder.LITTLE_ENDIAN).putShort(28 + 8, (short) 105);

    refuses(wifi, "no TCP found: packets of link type 105 are not known");
  }

  @Test
  void noSessionAtAll() throws IOException {
    refuses(CaptureWriter.pcapng().bytes(), "no session to replay");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertThatThrownBy(() -> Recorded.index(empty)).hasMessage(empty + ": no session to replay");
  }

  @Test
  void missingFileIsNamed() {
    Path none = folder.resolve("none");
    assertThatThrownBy(() -> Recorded.index(none)).hasMessage(none + ": no such file");
    Path device = Path.of("/dev/null");
    assertThatThrownBy(() -> Recorded.index(device)).hasMessage("/dev/null: not a regular file");
  }

  @Test
  void indexThatDoesNotFitIsRefused() throws IOException {
    CaptureWriter writer = CaptureWriter.pcapng();
    for (int port = 1; port < 1000; port++) {
      writer.open("10.0.0.1", port, "10.0.0.2", 80);
    }
    Path file = writer.writeTo(folder.resolve("many.pcapng"));

    assertThatThrownBy(() -> CaptureIndex.read(List.of(file), new IndexBudget(1 << 20)))
        .isInstanceOf(CaptureException.class)
        .hasMessageContaining(file + ": ")
        .hasMessageContaining("1 MiB of memory");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void mutatedCapturesEndInAnIndexOrAMessage(long seed) throws IOException {
    Random random = new Random(seed);
    byte[] good = good();
    for (int round = 0; round < 500; round++) {
      byte[] bytes = good.clone();
      for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      Path file = Files.write(folder.resolve("mutated.pcapng"), bytes);
      try {
        for (RecordedSession session : Recorded.index(file).sessions()) {
          assertThat(Recorded.bytes(session.toServer())).hasSizeLessThan(bytes.length);
        }
      } catch (CaptureException e) {
        assertThat(e).as("seed %d, round %d", seed, round).hasMessageStartingWith(file + ": ");
      }
    }
  }
}
