package io.sluice.app.replay;

import static io.sluice.app.replay.RecordedStream.End.CUT;
import static io.sluice.app.replay.RecordedStream.End.FIN;
import static io.sluice.app.replay.RecordedStream.End.OPEN;
import static io.sluice.app.replay.RecordedStream.End.RESET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CaptureIndexTest {
  @TempDir private Path folder;

  private RecordedSession only(CaptureWriter writer) throws IOException {
    CaptureIndex index = Recorded.index(writer.writeTo(folder.resolve("a.pcapng")));
    assertThat(index.sessions()).hasSize(1);
    return index.sessions().get(0);
  }

  private static CaptureWriter.Dialog open(CaptureWriter writer) {
    return writer.open("10.0.0.1", 40_000, "10.0.0.2", 80);
  }

  @ParameterizedTest
  @CsvSource({
    "true,  101, true,  10.0.0.1, 10.0.0.2",
    "false, 101, false, 10.0.0.1, 10.0.0.2",
    "true,  1,   false, 10.0.0.1, 10.0.0.2",
    "true,  276, true,  fd00::1,  fd00::2",
    "false, 0,   true,  10.0.0.1, 10.0.0.2",
    "true,  101, true,  fd00::1,  fd00::2",
  })
  void bothFormatsInEitherByteOrderOfEveryLinkAreRead(
      boolean little, int link, boolean nanoseconds, String client, String server)
      throws IOException {
    ByteOrder order = little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    for (CaptureWriter writer :
        List.of(
            CaptureWriter.pcapng(order, link, nanoseconds),
            CaptureWriter.pcap(order, link, nanoseconds))) {
      CaptureWriter.Dialog dialog = writer.open(client, 40_000, server, 80);
      writer.pass(1_234_000);
      dialog.ask("hello ").answer("I am").ask("world");
      writer.pass(2_000_000);
      dialog.answer(" here").endOfClient().endOfServer();

      RecordedSession session = only(writer);

      assertThat(Recorded.text(session.toServer())).isEqualTo("hello world");
      assertThat(Recorded.text(session.toClient())).isEqualTo("I am here");
      assertThat(session.toServer().end()).isEqualTo(FIN);
      assertThat(session.toClient().end()).isEqualTo(FIN);
      assertThat(session.startNs()).isEqualTo(CaptureWriter.EPOCH_NS);
      assertThat(session.toServer().timeNs(0)).isEqualTo(CaptureWriter.EPOCH_NS + 1_234_000);
      assertThat(session.toServer().endTimeNs()).isEqualTo(CaptureWriter.EPOCH_NS + 3_234_000);
      assertThat(session.toServer().others(0)).isZero();
      assertThat(session.toServer().others(1)).isEqualTo(4);
      assertThat(session.toServer().endOthers()).isEqualTo(9);
    }
  }

  @Test
  void repeatedAndOverlappingSegmentsCountOnce() throws IOException {
    CaptureWriter writer = CaptureWriter.pcapng();
    CaptureWriter.Dialog dialog = open(writer);
    dialog.askAhead(0, "abcd").askAhead(0, "ab").askAhead(2, "cdef").askAhead(1, "b");
    dialog.ask("abcdefgh").endOfClient();

    RecordedSession session = only(writer);

    assertThat(Recorded.text(session.toServer())).isEqualTo("abcdefgh");
    assertThat(session.toServer().end()).isEqualTo(FIN);
  }

  @Test
  void segmentsOutOfOrderAreSorted() throws IOException {
    CaptureWriter writer = CaptureWriter.pcapng();
    CaptureWriter.Dialog dialog = open(writer);
    dialog.askAhead(6, "ghi").askAhead(3, "def").askAhead(5, "fgh").askAhead(0, "abc");
    dialog.ask("abcdefghi").ask("jkl");

    RecordedSession session = only(writer);

    assertThat(Recorded.text(session.toServer())).isEqualTo("abcdefghijkl");
    assertThat(session.toServer().end()).isEqualTo(OPEN);
  }

  @Test
  void gapEndsTheStreamWithAWarning() throws IOException {
    CaptureWriter writer = CaptureWriter.pcapng();
    CaptureWriter.Dialog dialog = open(writer);
    dialog.ask("abc").askAhead(3, "ghi").answer("yes");

    CaptureIndex index = Recorded.index(writer.writeTo(folder.resolve("a.pcapng")));

    RecordedSession session = index.sessions().get(0);
    assertThat(Recorded.text(session.toServer())).isEqualTo("abc");
    assertThat(session.toServer().end()).isEqualTo(CUT);
    assertThat(index.warnings())
        .containsExactly(
            "a.pcapng 10.0.0.1:40000 > 10.0.0.2:80: to-server has a gap at byte 3,"
                + " what follows is left out");
  }

  @Test
  void packetCutByTheCaptureIsAGap() throws IOException {
    CaptureWriter writer = CaptureWriter.pcapng();
    CaptureWriter.Dialog dialog = open(writer);
    InetSocketAddress client = CaptureWriter.address("10.0.0.1", 40_000);
    InetSocketAddress server = CaptureWriter.address("10.0.0.2", 80);
    byte[] payload = "abcdef".getBytes(StandardCharsets.US_ASCII);
    byte[] ip = CaptureWriter.ip(client, server, -5, CaptureWriter.ACK, payload);
    writer.packet(ip, ip.length - 2);
    dialog.askAhead(6, "ghi");

    RecordedSession session = only(writer);

    assertThat(Recorded.text(session.toServer())).isEqualTo("abcd");
    assertThat(session.toServer().end()).isEqualTo(CUT);
  }

  @Test
  void resetsAreKnown() throws IOException {
    CaptureWriter writer = CaptureWriter.pcapng();
    open(writer).ask("abc").answer("yes").resetByClient();
    writer.open("10.0.0.1", 40_001, "10.0.0.2", 80).ask("x").resetByServer();

    List<RecordedSession> sessions =
        Recorded.index(writer.writeTo(folder.resolve("a.pcapng"))).sessions();

    assertThat(sessions.get(0).toServer().end()).isEqualTo(RESET);
    assertThat(sessions.get(0).toServer().endOthers()).isEqualTo(3);
    assertThat(sessions.get(0).toClient().end()).isEqualTo(OPEN);
    assertThat(sessions.get(1).toServer().end()).isEqualTo(OPEN);
    assertThat(sessions.get(1).toClient().end()).isEqualTo(RESET);
  }

  @Test
  void portsUsedAgainAreAnotherSession() throws IOException {
    CaptureWriter writer = CaptureWriter.pcapng();
    open(writer).ask("first").endOfClient().endOfServer();
    writer.pass(1_000_000_000);
    InetSocketAddress client = CaptureWriter.address("10.0.0.1", 40_000);
    InetSocketAddress server = CaptureWriter.address("10.0.0.2", 80);
    writer.segment(client, server, 99, CaptureWriter.SYN, new byte[0]);
    writer.segment(client, server, 99, CaptureWriter.SYN, new byte[0]);
    writer.segment(client, server, 100, CaptureWriter.ACK, new byte[] {'2'});

    List<RecordedSession> sessions =
        Recorded.index(writer.writeTo(folder.resolve("a.pcapng"))).sessions();

    assertThat(sessions).hasSize(2);
    assertThat(Recorded.text(sessions.get(0).toServer())).isEqualTo("first");
    assertThat(Recorded.text(sessions.get(1).toServer())).isEqualTo("2");
  }

  @Test
  void withoutItsBeginningTheFirstToSpeakIsTheClient() throws IOException {
    CaptureWriter writer = CaptureWriter.pcapng();
    InetSocketAddress client = CaptureWriter.address("10.0.0.1", 40_000);
    InetSocketAddress server = CaptureWriter.address("10.0.0.2", 80);
    writer.segment(client, server, 5_000, CaptureWriter.ACK, new byte[] {'a'});
    writer.segment(server, client, 7_000, CaptureWriter.ACK, new byte[] {'b'});

    CaptureIndex index = Recorded.index(writer.writeTo(folder.resolve("a.pcapng")));

    RecordedSession session = index.sessions().get(0);
    assertThat(Recorded.text(session.toServer())).isEqualTo("a");
    assertThat(Recorded.text(session.toClient())).isEqualTo("b");
    assertThat(index.warnings()).singleElement().asString().contains("beginning was not captured");
  }

  @Test
  void synAckAloneTellsWhoTheServerIs() throws IOException {
    CaptureWriter writer = CaptureWriter.pcapng();
    InetSocketAddress client = CaptureWriter.address("10.0.0.1", 40_000);
    InetSocketAddress server = CaptureWriter.address("10.0.0.2", 80);
    int synAck = CaptureWriter.SYN | CaptureWriter.ACK;
    writer.segment(server, client, 7_000, synAck, new byte[0]);
    writer.segment(server, client, 7_001, CaptureWriter.ACK, new byte[] {'b'});

    RecordedSession session = only(writer);

    assertThat(session.toServer().bytes()).isZero();
    assertThat(Recorded.text(session.toClient())).isEqualTo("b");
  }

  @Test
  void connectionGoesOnInTheNextCapture() throws IOException {
    CaptureWriter first = CaptureWriter.pcapng();
    CaptureWriter.Dialog dialog = open(first).ask("abc");
    Path one = first.writeTo(folder.resolve("z-first.pcapng"));
    CaptureWriter second = CaptureWriter.pcapng().pass(5_000_000_000L);
    InetSocketAddress client = CaptureWriter.address("10.0.0.1", 40_000);
    InetSocketAddress server = CaptureWriter.address("10.0.0.2", 80);
    byte[] rest = "def".getBytes(StandardCharsets.US_ASCII);
    second.segment(client, server, -2, CaptureWriter.ACK | CaptureWriter.FIN, rest);
    Path two = second.writeTo(folder.resolve("a-second.pcapng"));
    assertThat(dialog).isNotNull();

    CaptureIndex index = Recorded.index(two, one);

    assertThat(index.sessions()).hasSize(1);
    RecordedStream stream = index.sessions().get(0).toServer();
    assertThat(Recorded.text(stream)).isEqualTo("abcdef");
    assertThat(stream.file(0).getFileName()).hasToString("z-first.pcapng");
    assertThat(stream.file(1).getFileName()).hasToString("a-second.pcapng");
    assertThat(stream.end()).isEqualTo(FIN);
  }

  @Test
  void refusedConnectionsAndOtherProtocolsAreNoSessions() throws IOException {
    CaptureWriter writer = CaptureWriter.pcapng();
    InetSocketAddress client = CaptureWriter.address("10.0.0.1", 40_000);
    InetSocketAddress server = CaptureWriter.address("10.0.0.2", 80);
    writer.segment(client, server, 1, CaptureWriter.SYN, new byte[0]);
    writer.segment(server, client, 0, CaptureWriter.RST | CaptureWriter.ACK, new byte[0]);
    byte[] udp = CaptureWriter.ip(client, server, 1, CaptureWriter.ACK, new byte[100]);
    udp[9] = 17;
    writer.packet(udp, udp.length);
    Path file = writer.writeTo(folder.resolve("a.pcapng"));

    assertThatThrownBy(() -> Recorded.index(file))
        .isInstanceOf(CaptureException.class)
        .hasMessage(file + ": no session to replay");
  }

  @Test
  void handshakeAloneIsNotARecordedAnswer() throws IOException {
    CaptureWriter writer = CaptureWriter.pcapng();
    open(writer).ask("abc").endOfClient();

    assertThat(only(writer).answersRecorded()).isFalse();
  }

  @Test
  void partnersAreFoundByTheirName() throws IOException {
    Path toServer = Files.writeString(folder.resolve("to-server-7.to-server"), "ask");
    Path toClient = Files.writeString(folder.resolve("to-server-7.to-client"), "answer");

    for (Path named : List.of(toServer, toClient)) {
      CaptureIndex index = Recorded.index(named);
      RecordedSession session = index.sessions().get(0);
      assertThat(index.warnings()).isEmpty();
      assertThat(session.name()).isEqualTo(toServer.toString());
      assertThat(Recorded.text(session.toServer())).isEqualTo("ask");
      assertThat(Recorded.text(session.toClient())).isEqualTo("answer");
      assertThat(session.answersRecorded()).isTrue();
      assertThat(session.timed()).isFalse();
    }
  }

  @Test
  void folderGivesAllItsStreamsOnce() throws IOException {
    Path day = Files.createDirectories(folder.resolve("2026-11-22"));
    Files.writeString(day.resolve("1.to-server"), "one");
    Files.writeString(day.resolve("1.to-client"), "yes");
    Files.writeString(day.resolve("2.to-server.part"), "tw");
    Files.writeString(day.resolve("3.to-client"), "alone");
    Files.writeString(folder.resolve("notes.txt"), "not a stream");
    CaptureWriter writer = CaptureWriter.pcapng();
    open(writer).ask("captured");
    writer.writeTo(folder.resolve("wire.pcapng"));

    CaptureIndex index = Recorded.index(folder, day.resolve("1.to-server"));

    assertThat(index.sessions()).hasSize(3);
    assertThat(index.sessions())
        .extracting(session -> Recorded.text(session.toServer()))
        .containsExactly("one", "tw", "captured");
    assertThat(index.sessions().get(1).toServer().end()).isEqualTo(OPEN);
    assertThat(index.warnings())
        .containsExactlyInAnyOrder(
            day.resolve("2.to-server.part") + ": incomplete, its end was not recorded",
            day.resolve("3.to-client") + ": skipped, there is no to-server stream beside it");
  }

  @Test
  void fileWithoutADirectionIsAStreamToTheServer() throws IOException {
    Path file = Files.writeString(folder.resolve("requests"), "GET /");

    RecordedSession session = Recorded.index(file).sessions().get(0);

    assertThat(Recorded.text(session.toServer())).isEqualTo("GET /");
    assertThat(session.answersRecorded()).isFalse();
  }

  @Test
  void captureIsKnownByItsFirstBytesToo() throws IOException {
    CaptureWriter writer = CaptureWriter.pcapng();
    open(writer).ask("captured");
    Path file = writer.writeTo(folder.resolve("no-ending"));

    assertThat(Recorded.index(file).sessions().get(0).timed()).isTrue();
  }
}
