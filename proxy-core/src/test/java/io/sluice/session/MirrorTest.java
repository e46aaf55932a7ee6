package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.OpenDescriptors;
import io.sluice.mirror.DetachReason;
import io.sluice.mirror.MirrorCounter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a mirror gets, what it does not get, and that nobody hears what it says. */
class MirrorTest {
  private static final int BULK_BYTES = 3 << 20;

  /** Sends {@code content} and reads at all of {@code readers} until each has it. */
  private static void relay(
      LoopHarness harness, Peer from, byte[] content, Peer server, Peer... mirrors) {
    Delivery primary = new Delivery(from, server, content);
    harness.turnUntil(
        "the bytes of the mirrors",
        () -> {
          primary.write(Integer.MAX_VALUE);
          primary.read(Integer.MAX_VALUE);
          boolean all = primary.hasArrived();
          for (Peer mirror : mirrors) {
            all &= mirror.read().count() >= content.length || mirror.isBroken();
          }
          return all;
        });
    primary.check();
    for (Peer mirror : mirrors) {
      assertThat(mirror.bytes()).isEqualTo(content);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice", "nio"})
  @DisplayName("to-server: the mirror gets what the client sends, and nothing else")
  void toServer(String way) throws Exception {
    try (LoopHarness harness = LoopHarness.mirrored(way, "")) {
      LoopHarness.Pair pair = harness.pair();
      Peer mirror = harness.mirror(0);
      pair.client().send("question");
      harness.expect(pair.server(), "question");
      harness.expect(mirror, "question");
      pair.server().send("answer");
      harness.expect(pair.client(), "answer");
      pair.client().send(" and more");
      harness.expect(mirror, "question and more");

      pair.client().finish();
      harness.expectEof(mirror);
      harness.expectEof(pair.server());
      assertThat(mirror.text()).isEqualTo("question and more");
      pair.server().finish();
      mirror.close();
      harness.expectNothingLeft();
      assertThat(harness.mirrored(0, MirrorCounter.BYTES)).isEqualTo(17);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice", "nio"})
  @DisplayName("to-client: the mirror gets what the server sends")
  void toClient(String way) throws Exception {
    try (LoopHarness harness = LoopHarness.mirrored(way, "direction = to-client")) {
      LoopHarness.Pair pair = harness.pair();
      Peer mirror = harness.mirror(0);
      pair.client().send("question");
      harness.expect(pair.server(), "question");
      pair.server().send("answer").finish();
      harness.expect(mirror, "answer");
      harness.expectEof(mirror);
      assertThat(mirror.text()).isEqualTo("answer");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice", "nio"})
  @DisplayName("a burst of more than buffer that waits at the start finds the mirror connected")
  void burstAtTheStart(String way) throws Exception {
    byte[] content = Delivery.random(7, 22_000);
    try (LoopHarness harness = LoopHarness.mirrored(way, "buffer = 16KiB")) {
      Peer client = harness.client();
      int before = 0;
      for (int sent = 1; sent > 0 && before < content.length; before += sent) {
        sent = Math.max(0, client.write(content, before, content.length - before));
      }
      LoopHarness.Pair pair = harness.pair(client);
      Peer mirror = harness.mirror(0);
      int written = before;
      harness.turnUntil(
          "the burst",
          () -> {
            mirror.read();
            pair.server().read();
            return pair.server().count() == written && mirror.count() == written;
          });
      assertThat(written).isGreaterThan(16 << 10);
      assertThat(mirror.bytes()).isEqualTo(Arrays.copyOf(content, written));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice", "nio"})
  @DisplayName("both: two connections, one for each direction")
  void bothAreTwoConnections(String way) throws Exception {
    try (LoopHarness harness = LoopHarness.mirrored(way, "direction = both")) {
      LoopHarness.Pair pair = harness.pair();
      Peer first = harness.mirror(0);
      Peer second = harness.mirror(0);
      pair.client().send("question");
      pair.server().send("the answer");
      harness.turnUntil("both", () -> first.read().count() + second.read().count() == 8 + 10);
      assertThat(List.of(first.text(), second.text()))
          .containsExactlyInAnyOrder("question", "the answer");
      pair.client().finish();
      harness.expectEof(pair.server());
      pair.server().finish();
      harness.expectEof(first);
      harness.expectEof(second);
      first.close();
      second.close();
      harness.expectNothingLeft();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice", "nio"})
  @DisplayName("bulk is exact, and the FIN comes after its last byte")
  void bulkIsExact(String way) throws Exception {
    byte[] content = Delivery.random(7, BULK_BYTES);
    try (LoopHarness harness = LoopHarness.mirrored(way, "when-slow = block")) {
      LoopHarness.Pair pair = harness.pair();
      Peer mirror = harness.mirror(0);
      relay(harness, pair.client(), content, pair.server(), mirror);
      pair.client().finish();
      harness.expectEof(mirror);
      assertThat(mirror.count()).isEqualTo(content.length);

      long teed = harness.mirrored(0, MirrorCounter.TEED_BYTES);
      long copied = harness.mirrored(0, MirrorCounter.COPIED_BYTES);
      assertThat(teed + copied).isEqualTo(content.length);
      assertThat(way.equals("splice") ? copied : teed).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice", "nio"})
  @DisplayName("bytes from before the mirror is connected are held")
  void earlyBytesAreHeld(String way) throws Exception {
    try (LoopHarness harness = LoopHarness.mirrored(way, "")) {
      Peer client = harness.client().send("early");
      Peer server = harness.accepted(0);
      harness.expect(server, "early");
      Peer mirror = harness.mirror(0);
      client.send(", late");
      harness.expect(mirror, "early, late");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice", "nio"})
  @DisplayName("what the mirror answers is taken and reaches nobody, however much it is")
  void answersReachNobody(String way) throws Exception {
    try (LoopHarness harness = LoopHarness.mirrored(way, "")) {
      LoopHarness.Pair pair = harness.pair();
      Peer mirror = harness.mirror(0);
      byte[] noise = Delivery.random(3, BULK_BYTES);
      int[] said = new int[1];
      harness.turnUntil(
          "all of the noise to be taken",
          () -> {
            said[0] += mirror.write(noise, said[0], noise.length - said[0]);
            return said[0] == noise.length;
          });
      pair.client().send("question");
      harness.expect(pair.server(), "question");
      pair.server().send("answer");
      harness.expect(pair.client(), "answer");
      harness.expect(mirror, "question");
      assertThat(pair.client().read().text()).isEqualTo("answer");
      assertThat(pair.server().read().text()).isEqualTo("question");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice", "nio"})
  @DisplayName("the mirror's FIN is its own: it still gets everything, the session goes on")
  void finOfTheMirrorIsItsOwn(String way) throws Exception {
    try (LoopHarness harness = LoopHarness.mirrored(way, "")) {
      LoopHarness.Pair pair = harness.pair();
      Peer mirror = harness.mirror(0);
      mirror.finish();
      harness.turns(5);
      pair.client().send("question");
      harness.expect(mirror, "question");
      harness.expect(pair.server(), "question");
      pair.server().send("answer");
      harness.expect(pair.client(), "answer");
      pair.client().finish();
      harness.expectEof(mirror);
      pair.server().finish();
      harness.expectNothingLeft(); // Without our closing it: its FIN was seen long ago.
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice", "nio"})
  @DisplayName("the mirror's reset is its own: detached as closed, the session goes on")
  void resetOfTheMirrorIsItsOwn(String way) throws Exception {
    try (LoopHarness harness = LoopHarness.mirrored(way, "")) {
      LoopHarness.Pair pair = harness.pair();
      Peer mirror = harness.mirror(0);
      pair.client().send("one");
      harness.expect(mirror, "one");
      mirror.reset();
      harness.expectDetached(0, DetachReason.CLOSED);

      pair.client().send(" two");
      harness.expect(pair.server(), "one two");
      pair.server().send("answer").finish();
      harness.expect(pair.client(), "answer");
      pair.client().finish();
      harness.expectNothingLeft();
      assertThat(harness.mirrored(0, MirrorCounter.BYTES)).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice", "nio"})
  @DisplayName("the client's reset reaches the mirror as a reset, after the last byte")
  void resetOfTheClientReachesTheMirror(String way) throws Exception {
    try (LoopHarness harness = LoopHarness.mirrored(way, "")) {
      LoopHarness.Pair pair = harness.pair();
      Peer mirror = harness.mirror(0);
      pair.client().send("last words");
      pair.client().reset();
      harness.expectLateReset(mirror);
      assertThat(mirror.text()).isEqualTo("last words");
      harness.expectReset(pair.server());
      harness.expectNothingLeft();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice", "nio"})
  @DisplayName("a mirror that refuses is detached, and the session does not notice")
  void refusingMirror(String way) throws Exception {
    try (LoopHarness harness = LoopHarness.mirrored(way, "")) {
      harness.targets.get(0).close();
      LoopHarness.Pair pair = harness.pair();
      pair.client().send("question");
      harness.expect(pair.server(), "question");
      harness.expectDetached(0, DetachReason.CONNECT);
      pair.client().send("!").finish();
      harness.expect(pair.server(), "question!");
      pair.server().finish();
      harness.expectNothingLeft();
      assertThat(harness.mirrored(0, MirrorCounter.CONNECT_FAILURES)).isEqualTo(1);
      assertThat(harness.mirrored(0, MirrorCounter.BYTES)).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice", "nio"})
  @DisplayName("four mirrors of one flow are each exact")
  void fourMirrors(String way) throws Exception {
    byte[] content = Delivery.random(11, BULK_BYTES);
    String block = "when-slow = block, buffer = ";
    try (LoopHarness harness =
        LoopHarness.mirrored(
            way, block + "4KiB", block + "16KiB", block + "64KiB", block + "1MiB")) {
      LoopHarness.Pair pair = harness.pair();
      Peer[] mirrors = new Peer[4];
      for (int i = 0; i < mirrors.length; i++) {
        mirrors[i] = harness.mirror(i);
      }
      relay(harness, pair.client(), content, pair.server(), mirrors);
      pair.client().finish();
      for (Peer mirror : mirrors) {
        harness.expectEof(mirror);
        mirror.close();
      }
      pair.server().finish();
      harness.expectNothingLeft();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice", "nio"})
  @DisplayName("replies go to a file, whole")
  void repliesGoToAFile(String way, @TempDir Path directory) throws Exception {
    byte[] answer = Delivery.random(5, BULK_BYTES);
    String terms = "replies = \"file:" + directory + "/{session}\"";
    try (LoopHarness harness = LoopHarness.mirrored(way, terms)) {
      LoopHarness.Pair pair = harness.pair();
      Peer mirror = harness.mirror(0);
      int[] said = new int[1];
      harness.turnUntil(
          "all of the answer to be taken",
          () -> {
            int length = Math.min(2500, answer.length - said[0]);
            said[0] += length == 0 ? 0 : mirror.write(answer, said[0], length);
            return said[0] == answer.length;
          });
      mirror.finish();
      pair.client().finish();
      harness.expectEof(pair.server());
      pair.server().finish();
      harness.turnUntil("the file", () -> isWritten(directory));
      harness.expectNothingLeft();
      try (var files = Files.list(directory)) {
        assertThat(files.toList())
            .singleElement()
            .satisfies(file -> assertThat(Files.readAllBytes(file)).isEqualTo(answer));
      }
    }
  }

  private static boolean isWritten(Path directory) {
    try (var files = Files.list(directory)) {
      List<Path> all = files.toList();
      return all.size() == 1 && !all.get(0).toString().endsWith(".part");
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice", "nio"})
  @DisplayName("no descriptor is left of mirrored sessions that ended in the middle")
  void nothingIsLeftOfKilledSessions(String way) throws Exception {
    LoopHarness.nio("").close();
    Map<Integer, String> before = OpenDescriptors.now();
    try (LoopHarness harness = LoopHarness.mirrored(way, "direction = both")) {
      for (int i = 0; i < 5; i++) {
        LoopHarness.Pair pair = harness.pair();
        pair.client().send("half a wor");
        harness.expect(pair.server(), "half a wor");
      }
      harness.sessions.closeAll(CloseReason.KILLED);
      harness.turns(3);
      harness.expectNothingLeft();
      assertThat(harness.mirrored(0, MirrorCounter.DETACHED_SHUTDOWN)).isEqualTo(5);
    }
    assertThat(OpenDescriptors.since(before)).isEmpty();
  }
}
