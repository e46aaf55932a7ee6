package io.sluice.mirror.capture;

import static io.sluice.transport.Direction.TO_CLIENT;
import static io.sluice.transport.Direction.TO_SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.PathTemplate;
import io.sluice.mirror.DetachReason;
import io.sluice.mirror.capture.CaptureScene.Feed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@EnabledOnOs(value = OS.LINUX, disabledReason = "one of the transports makes Linux system calls")
class FileSinkTest {

  private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);

  @TempDir private Path place;
  private CaptureScene scene;

  @AfterEach
  void close() {
    scene.close();
  }

  private void open(String transport) throws IOException {
    scene = new CaptureScene(transport).start();
  }

  private FileTarget target(long maxBytes) {
    return new FileTarget(
        "audit", new CapturePath(new PathTemplate(place + "/{session}.{direction}")), maxBytes);
  }

  private Feed both(String id) {
    return scene.new Feed(TO_SERVER, TO_CLIENT).toFile(target(0), CaptureScene.session(id));
  }

  private Feed toServer(String id, long maxBytes) {
    return scene.new Feed(TO_SERVER).toFile(target(maxBytes), CaptureScene.session(id));
  }

  private Stream<String> names() throws IOException {
    try (Stream<Path> files = Files.list(place)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void finGivesEachDirectionItsName(String transport) throws IOException {
    open(transport);
    Feed feed = both("s1");
    feed.send(TO_SERVER, HELLO);
    feed.send(TO_CLIENT, new byte[] {1, 2});
    feed.send(TO_SERVER, HELLO);
    feed.sink.onEnd(TO_SERVER, false);
    scene.await(() -> Files.exists(place.resolve("s1.to-server")));

    assertThat(place.resolve("s1.to-server")).hasContent("hellohello");
    assertThat(place.resolve("s1.to-client.part")).hasBinaryContent(new byte[] {1, 2});
    assertThat(feed.complete).isNull();

    feed.sink.onEnd(TO_CLIENT, false);
    feed.awaitClosed();
    assertThat(feed.complete).isTrue();
    assertThat(feed.failures).isEmpty();
    assertThat(feed.progress).isPositive();
    assertThat(names()).containsExactly("s1.to-client", "s1.to-server");
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void streamWithoutAByteLeavesAnEmptyFile(String transport) throws IOException {
    open(transport);
    Feed feed = both("s1");
    feed.end(false);
    feed.awaitClosed();

    assertThat(names()).containsExactly("s1.to-client", "s1.to-server");
    assertThat(place.resolve("s1.to-server")).isEmptyFile();
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void resetStreamHasAllItsBytesAndStaysPartial(String transport) throws IOException {
    open(transport);
    Feed feed = both("s1");
    feed.send(TO_SERVER, HELLO);
    feed.end(true);
    feed.awaitClosed();

    assertThat(feed.complete).isTrue();
    assertThat(names()).containsExactly("s1.to-client.part", "s1.to-server.part");
    assertThat(place.resolve("s1.to-server.part")).hasContent("hello");
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void detachedStreamIsAPrefixAndStaysPartial(String transport) throws IOException {
    open(transport);
    Feed feed = toServer("s1", 0);
    feed.send(TO_SERVER, HELLO);
    feed.awaitWritten();
    feed.sink.abort();
    feed.awaitClosed();

    assertThat(feed.complete).isFalse();
    assertThat(feed.failures).isEmpty();
    assertThat(names()).containsExactly("s1.to-server.part");
    assertThat(place.resolve("s1.to-server.part")).hasContent("hello");
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void maxBytesIsKeptToTheByte(String transport) throws IOException {
    open(transport);
    Feed exact = toServer("exact", 10);
    exact.send(TO_SERVER, HELLO);
    exact.send(TO_SERVER, HELLO);
    exact.end(false);
    exact.awaitClosed();
    assertThat(exact.complete).isTrue();
    assertThat(place.resolve("exact.to-server")).hasContent("hellohello");

    for (long max : new long[] {1, 5, 7}) {
      Feed feed = toServer("over" + max, max);
      feed.send(TO_SERVER, HELLO);
      feed.send(TO_SERVER, HELLO);
      feed.end(false);
      feed.awaitClosed();
      assertThat(feed.failures).containsExactly(DetachReason.MAX_BYTES);
      assertThat(feed.complete).isFalse();
      assertThat(place.resolve("over" + max + ".to-server.part"))
          .hasContent("hellohello".substring(0, (int) max));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void takenNamesAreCountedUpAndNothingIsOverwritten(String transport) throws IOException {
    open(transport);
    Files.writeString(place.resolve("s1.to-server.part"), "old part");
    Files.writeString(place.resolve("s1.to-server-1"), "old whole");
    Path nowhere = place.resolve("nowhere");
    Files.createSymbolicLink(place.resolve("s1.to-server-2"), nowhere);
    Feed first = toServer("s1", 0);
    first.send(TO_SERVER, HELLO);
    first.end(false);
    first.awaitClosed();
    Feed second = toServer("s2", 0);
    second.end(false);
    second.awaitClosed();

    assertThat(first.complete).isTrue();
    assertThat(place.resolve("s1.to-server-3")).hasContent("hello");
    assertThat(place.resolve("s1.to-server.part")).hasContent("old part");
    assertThat(place.resolve("s1.to-server-1")).hasContent("old whole");
    assertThat(nowhere).doesNotExist();
    assertThat(place.resolve("s2.to-server")).exists();
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void fullDiskDetachesOneSessionAndTheOthersGoOn(String transport) throws IOException {
    open(transport);
    Feed unlucky = toServer("unlucky", 0);
    scene.disk.leave(7);
    unlucky.send(TO_SERVER, HELLO);
    unlucky.send(TO_SERVER, HELLO);
    unlucky.send(TO_SERVER, HELLO);
    unlucky.awaitClosed();
    scene.disk.leave(Long.MAX_VALUE);
    Feed lucky = toServer("lucky", 0);
    lucky.send(TO_SERVER, HELLO);
    lucky.end(false);
    lucky.awaitClosed();

    assertThat(unlucky.failures).containsExactly(DetachReason.WRITE);
    assertThat(unlucky.detail)
        .contains(place + "/unlucky.to-server.part")
        .contains("No space left on device");
    assertThat(unlucky.complete).isFalse();
    assertThat(place.resolve("unlucky.to-server.part")).hasContent("hellohe");
    assertThat(lucky.complete).isTrue();
    assertThat(place.resolve("lucky.to-server")).hasContent("hello");
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void linkInTheWayDetachesAndSaysWhere(String transport) throws IOException {
    open(transport);
    Path elsewhere = Files.createDirectory(place.resolve("elsewhere"));
    Files.createSymbolicLink(place.resolve("s1"), elsewhere);
    FileTarget target =
        new FileTarget(
            "audit", new CapturePath(new PathTemplate(place + "/{session}/{direction}")), 0);
    Feed feed = scene.new Feed(TO_SERVER).toFile(target, CaptureScene.session("s1"));
    feed.send(TO_SERVER, HELLO);
    feed.awaitClosed();

    assertThat(feed.failures).containsExactly(DetachReason.WRITE);
    assertThat(feed.detail).contains(place + "/s1");
    assertThat(elsewhere).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void randomPiecesOfManySessionsAddUp(String transport) throws IOException {
    open(transport);
    long seed = CaptureScene.seed(FileSinkTest.class);
    Random random = new Random(seed);
    byte[] content = new byte[300_000];
    random.nextBytes(content);
    Feed[] feeds = new Feed[8];
    int[] sent = new int[feeds.length];
    for (int i = 0; i < feeds.length; i++) {
      feeds[i] = toServer("s" + i, 0);
    }
    for (int open = feeds.length; open > 0; ) {
      int i = random.nextInt(feeds.length);
      if (sent[i] < content.length) {
        int piece = Math.min(1 + random.nextInt(1 << random.nextInt(17)), content.length - sent[i]);
        feeds[i].send(TO_SERVER, content, sent[i], piece);
        sent[i] += piece;
        if (sent[i] == content.length) {
          feeds[i].end(false);
          open--;
        }
        if (random.nextInt(20) == 0) {
          feeds[i].awaitWritten();
        }
      }
    }
    for (int i = 0; i < feeds.length; i++) {
      feeds[i].awaitClosed();
      assertThat(feeds[i].failures).as("seed " + seed).isEmpty();
      assertThat(Arrays.equals(Files.readAllBytes(place.resolve("s" + i + ".to-server")), content))
          .as("seed " + seed)
          .isTrue();
    }
  }
}
