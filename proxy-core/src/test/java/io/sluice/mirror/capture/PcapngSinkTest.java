package io.sluice.mirror.capture;

import static io.sluice.mirror.capture.SyntheticTcp.ACK;
import static io.sluice.mirror.capture.SyntheticTcp.FIN;
import static io.sluice.mirror.capture.SyntheticTcp.RST;
import static io.sluice.transport.Direction.TO_CLIENT;
import static io.sluice.transport.Direction.TO_SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.PathTemplate;
import io.sluice.linux.SockAddr;
import io.sluice.mirror.DetachReason;
import io.sluice.mirror.MirroredSession;
import io.sluice.mirror.capture.CaptureScene.Feed;
import io.sluice.transport.Direction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@EnabledOnOs(value = OS.LINUX, disabledReason = "one of the transports makes Linux system calls")
class PcapngSinkTest {

  private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);
  private static final String CLIENT = "192.0.2.7:40000";

  @TempDir private Path place;
  private CaptureScene scene;
  private PcapngFile file;

  @AfterEach
  void close() {
    scene.close();
  }

  private void open(String transport, long rotateBytes, int keep) throws IOException {
    scene = new CaptureScene(transport, 1 << 14).start();
    CapturePath path = new CapturePath(new PathTemplate(place + "/web.pcapng"));
    InstantSource wall = InstantSource.system();
    file = new PcapngFile(scene.writer, scene.disk, "wire", path, rotateBytes, keep, wall);
  }

  private Feed feed(MirroredSession session, Direction... directions) {
    return scene.new Feed(directions).toCapture(file, session);
  }

  private Feed both(MirroredSession session) {
    return feed(session, TO_SERVER, TO_CLIENT);
  }

  private List<CapturedPacket> packets() throws IOException {
    return CapturedPacket.readAll(place.resolve("web.pcapng"));
  }

  private CapturedConversation conversation() throws IOException {
    return CapturedConversation.of(packets(), CLIENT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void sessionIsAConnectionFromSynToFin(String transport) throws IOException {
    open(transport, 0, 1);
    long beforeNs = System.currentTimeMillis() * 1_000_000L;
    Feed feed = both(CaptureScene.session("s1"));
    feed.send(TO_SERVER, HELLO);
    feed.send(TO_CLIENT, new byte[] {1, 2, 3});
    feed.end(false);
    feed.awaitClosed();

    assertThat(feed.complete).isTrue();
    assertThat(feed.failures).isEmpty();
    CapturedConversation seen = conversation();
    assertThat(seen.toServer()).isEqualTo(HELLO);
    assertThat(seen.toClient()).containsExactly(1, 2, 3);
    assertThat(seen.packets).hasSize(8);
    assertThat(seen.packets.get(5).isExactly(FIN | ACK)).isTrue();
    assertThat(seen.packets.get(6).isExactly(FIN | ACK)).isTrue();
    assertThat(seen.packets.get(7).isExactly(ACK)).isTrue();
    assertThat(seen.packets.get(0).target()).isEqualTo("198.51.100.1:443");
    assertThat(seen.comment(0)).isEqualTo("session s1 of frontend web, server 10.9.9.9:80");
    assertThat(seen.packets.get(3).wallNs())
        .isBetween(beforeNs, (System.currentTimeMillis() + 1) * 1_000_000L);
  }

  @ParameterizedTest
  @CsvSource({
    "2001:db8::1, 2001:db8::2, [2001:db8:0:0:0:0:0:1]:5, [2001:db8:0:0:0:0:0:2]:6",
    "::ffff:192.0.2.1, ::ffff:192.0.2.2, 192.0.2.1:5, 192.0.2.2:6",
  })
  void addressesAreTheRealOnes(String client, String local, String source, String target)
      throws IOException {
    open("nio", 0, 1);
    Feed feed =
        both(CaptureScene.session("s1", CaptureScene.inet(client, 5), CaptureScene.inet(local, 6)));
    feed.send(TO_SERVER, HELLO);
    feed.end(false);
    feed.awaitClosed();

    CapturedConversation seen = CapturedConversation.of(packets(), source);
    assertThat(seen.packets.get(0).target()).isEqualTo(target);
    assertThat(seen.toServer()).isEqualTo(HELLO);
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void unixSessionsGetPortsOfTheirOwn(String transport) throws IOException {
    open(transport, 0, 1);
    SockAddr local = SockAddr.unixPath("/run/web.sock");
    for (int i = 0; i < 3; i++) {
      Feed feed = both(CaptureScene.session("s" + i, SockAddr.UNNAMED, local));
      feed.send(TO_SERVER, new byte[] {(byte) i});
      feed.end(false);
      feed.awaitClosed();
    }

    List<CapturedPacket> all = packets();
    for (int i = 0; i < 3; i++) {
      CapturedConversation seen = CapturedConversation.of(all, "127.1.1.1:" + (1024 + i));
      assertThat(seen.toServer()).containsExactly(i);
      assertThat(seen.comment(0)).contains("at unix:/run/web.sock");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void resetIsAReset(String transport) throws IOException {
    open(transport, 0, 1);
    Feed feed = both(CaptureScene.session("s1"));
    feed.send(TO_CLIENT, HELLO);
    feed.sink.onEnd(TO_SERVER, true);
    feed.sink.onEnd(TO_CLIENT, true);
    feed.awaitClosed();

    assertThat(feed.complete).isTrue();
    CapturedConversation seen = conversation();
    assertThat(seen.packets).hasSize(5);
    assertThat(seen.packets.get(4).isExactly(RST | ACK)).isTrue();
    assertThat(seen.packets.get(4).source()).isEqualTo(CLIENT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void detachedSessionSaysSoInItsLastPacket(String transport) throws IOException {
    open(transport, 0, 1);
    Feed feed = both(CaptureScene.session("s1"));
    feed.send(TO_SERVER, HELLO);
    feed.awaitWritten();
    feed.sink.abort();
    feed.awaitClosed();

    assertThat(feed.complete).isFalse();
    CapturedConversation seen = conversation();
    assertThat(seen.toServer()).isEqualTo(HELLO);
    assertThat(seen.packets).hasSize(5);
    assertThat(seen.packets.get(4).isExactly(ACK)).isTrue();
    assertThat(seen.comment(-1))
        .isEqualTo("sluice: this capture ends before its session: the mirror was detached");
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void silentSideAcknowledgesWithinItsWindow(String transport) throws IOException {
    open(transport, 0, 1);
    byte[] content = new byte[5 << 20];
    new Random(3).nextBytes(content);
    Feed feed = feed(CaptureScene.session("s1"), TO_SERVER);
    feed.send(TO_SERVER, content);
    feed.end(false);
    feed.awaitClosed();

    CapturedConversation seen = conversation();
    assertThat(seen.toServer()).isEqualTo(content);
    assertThat(seen.toClient()).isEmpty();
    long inFlight = 0;
    for (CapturedPacket packet : seen.packets.subList(3, seen.packets.size())) {
      inFlight = packet.source().equals(CLIENT) ? inFlight + packet.payload().remaining() : 0;
      assertThat(inFlight).isLessThanOrEqualTo(1 << 20);
      assertThat(packet.payload().remaining()).isLessThanOrEqualTo(65_495);
    }
    assertThat(inFlight).as("the FIN is acknowledged").isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void fullDiskCutsBackToTheLastWholePacket(String transport) throws IOException {
    for (int room = 1; room < 400; room += 7) {
      open(transport, 0, 1);
      Files.deleteIfExists(place.resolve("web.pcapng"));
      scene.disk.leave(700 + room);
      Feed feed = both(CaptureScene.session("s1"));
      byte[] content = new byte[1000];
      new Random(room).nextBytes(content);
      for (int at = 0; at < content.length; at += 50) {
        feed.send(TO_SERVER, content, at, 50);
      }
      feed.awaitClosed();
      close();

      assertThat(feed.failures).containsExactly(DetachReason.WRITE);
      assertThat(feed.detail).contains("web.pcapng").contains("No space left on device");
      CapturedConversation seen = conversation();
      assertThat(content).as("room " + room).startsWith(seen.toServer());
      assertThat(seen.toServer().length % 50).isZero();
      assertThat(seen.toServer()).hasSizeLessThan(content.length);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void fullDiskRotatesNothingAway(String transport) throws IOException {
    Files.writeString(place.resolve("web.pcapng"), "of an earlier process");
    open(transport, 10_000, 2);
    for (int room = 0; room < 10; room++) {
      scene.disk.leave(room);
      Feed feed = both(CaptureScene.session("s" + room));
      feed.awaitClosed();
      assertThat(feed.failures).containsExactly(DetachReason.WRITE);
    }
    assertThat(place.resolve("web.pcapng.1")).hasContent("of an earlier process");
    assertThat(place.resolve("web.pcapng")).isEmptyFile();

    scene.disk.leave(Long.MAX_VALUE);
    Feed lucky = both(CaptureScene.session("s"));
    lucky.send(TO_SERVER, HELLO);
    lucky.end(false);
    lucky.awaitClosed();
    assertThat(conversation().toServer()).isEqualTo(HELLO);
    assertThat(place.resolve("web.pcapng.1")).hasContent("of an earlier process");
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void otherSessionsGoOnInTheSameFileAfterAFailure(String transport) throws IOException {
    open(transport, 0, 1);
    Feed unlucky = both(CaptureScene.session("s1"));
    unlucky.send(TO_SERVER, HELLO);
    unlucky.awaitWritten();
    scene.disk.leave(40);
    unlucky.send(TO_SERVER, new byte[100]);
    unlucky.awaitClosed();
    scene.disk.leave(Long.MAX_VALUE);
    Feed lucky =
        both(
            CaptureScene.session(
                "s2", CaptureScene.inet("192.0.2.8", 7), CaptureScene.inet("192.0.2.9", 8)));
    lucky.send(TO_CLIENT, HELLO);
    lucky.end(false);
    lucky.awaitClosed();

    assertThat(lucky.complete).isTrue();
    assertThat(conversation().toServer()).isEqualTo(HELLO);
    assertThat(CapturedConversation.of(packets(), "192.0.2.8:7").toClient()).isEqualTo(HELLO);
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void fileThatCannotBeCutBackIsNotWrittenOn(String transport) throws IOException {
    open(transport, 0, 1);
    Feed unlucky = both(CaptureScene.session("s1"));
    unlucky.send(TO_SERVER, HELLO);
    unlucky.awaitWritten();
    scene.disk.failTruncate();
    scene.disk.leave(40);
    unlucky.send(TO_SERVER, new byte[100]);
    unlucky.awaitClosed();
    scene.disk.leave(Long.MAX_VALUE);
    Feed lucky = both(CaptureScene.session("s2"));
    lucky.send(TO_CLIENT, HELLO);
    lucky.end(false);
    lucky.awaitClosed();

    assertThat(place.resolve("web.pcapng.1")).exists();
    assertThat(conversation().toClient()).isEqualTo(HELLO);
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void rotationIsBetweenPacketsAndSessionsGoOn(String transport) throws IOException {
    Files.writeString(place.resolve("web.pcapng"), "of an earlier process");
    open(transport, 10_000, 50);
    byte[] content = new byte[100_000];
    new Random(5).nextBytes(content);
    Feed feed = both(CaptureScene.session("s1"));
    for (int at = 0; at < content.length; at += 1000) {
      feed.send(TO_SERVER, content, at, 1000);
    }
    feed.end(false);
    feed.awaitClosed();

    assertThat(feed.failures).isEmpty();
    List<CapturedPacket> all = new ArrayList<>();
    int files = 1;
    while (Files.exists(place.resolve("web.pcapng." + files))) {
      files++;
    }
    assertThat(files).isBetween(11, 15);
    assertThat(place.resolve("web.pcapng." + (files - 1))).hasContent("of an earlier process");
    for (int number = files - 2; number >= 0; number--) {
      Path one = place.resolve(number == 0 ? "web.pcapng" : "web.pcapng." + number);
      assertThat(Files.size(one)).isLessThanOrEqualTo(10_000);
      all.addAll(CapturedPacket.readAll(one));
    }
    assertThat(CapturedConversation.of(all, CLIENT).toServer()).isEqualTo(content);
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void noMoreOldFilesAreKeptThanAskedFor(String transport) throws IOException {
    open(transport, 2_000, 2);
    Feed feed = both(CaptureScene.session("s1"));
    for (int i = 0; i < 20; i++) {
      feed.send(TO_SERVER, new byte[1500]);
    }
    feed.end(false);
    feed.awaitClosed();

    assertThat(place.resolve("web.pcapng.2")).exists();
    assertThat(place.resolve("web.pcapng.3")).doesNotExist();
    assertThat(feed.complete).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void randomPiecesOfManySessionsAddUp(String transport) throws IOException {
    open(transport, 300_000, 100);
    long seed = CaptureScene.seed(PcapngSinkTest.class);
    Random random = new Random(seed);
    byte[] content = new byte[200_000];
    random.nextBytes(content);
    Feed[] feeds = new Feed[6];
    int[][] sent = new int[feeds.length][2];
    for (int i = 0; i < feeds.length; i++) {
      feeds[i] =
          both(
              CaptureScene.session(
                  "s" + i, CaptureScene.inet("192.0.2." + i, i), CaptureScene.inet("::1", 443)));
    }
    for (int turn = 0; turn < 600; turn++) {
      int i = random.nextInt(feeds.length);
      int direction = random.nextInt(2);
      int left = content.length - sent[i][direction];
      if (left > 0) {
        int piece = Math.min(1 + random.nextInt(1 << random.nextInt(17)), left);
        feeds[i].send(Direction.values()[direction], content, sent[i][direction], piece);
        sent[i][direction] += piece;
      }
    }
    for (Feed feed : feeds) {
      feed.end(false);
      feed.awaitClosed();
      assertThat(feed.failures).as("seed " + seed).isEmpty();
    }
    List<CapturedPacket> all = new ArrayList<>();
    for (int number = 100; number >= 0; number--) {
      Path one = place.resolve(number == 0 ? "web.pcapng" : "web.pcapng." + number);
      if (Files.exists(one)) {
        all.addAll(CapturedPacket.readAll(one));
      }
    }
    for (int i = 0; i < feeds.length; i++) {
      // Both are written as IPv6 when only one is.
      CapturedConversation seen = CapturedConversation.of(all, mapped(i));
      byte[] toServer = Arrays.copyOf(content, sent[i][0]);
      byte[] toClient = Arrays.copyOf(content, sent[i][1]);
      assertThat(Arrays.equals(seen.toServer(), toServer)).as("seed " + seed).isTrue();
      assertThat(Arrays.equals(seen.toClient(), toClient)).as("seed " + seed).isTrue();
    }
  }

  /** Java shows a mapped address as the IPv4 address that it is. */
  private static String mapped(int i) {
    return "192.0.2." + i + ":" + i;
  }
}
