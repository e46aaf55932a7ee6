package io.sluice.app.replay;

import static io.sluice.app.replay.ReplayScene.LONG;
import static io.sluice.app.replay.ReplayScene.SHORT;
import static io.sluice.app.replay.ReplayScene.await;
import static io.sluice.app.replay.ReplayScene.open;
import static io.sluice.app.replay.ReplayScene.rules;
import static io.sluice.app.replay.ReplayScene.target;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.SockAddr;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Conversations with a server, on both transports. */
class ReplayRunTest {
  @TempDir private Path folder;
  private ReplayScene scene;

  @BeforeEach
  void begin() {
    scene = new ReplayScene(folder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void largeFileArrivesUnchangedWhileAnswersComeBack(String transport) throws Exception {
    byte[] content = new byte[24 << 20];
    new Random(1).nextBytes(content);
    Path toServer = Files.write(folder.resolve("1.to-server"), content);
    Files.write(folder.resolve("1.to-client"), content);

    // Echoes while it reads: neither side could finish if it only sent.
    try (ScriptedServer server =
        new ScriptedServer(
            peer -> {
              byte[] some = new byte[100_000];
              for (int n = peer.in.read(some); n >= 0; n = peer.in.read(some)) {
                peer.received.write(some, 0, n);
                peer.socket.getOutputStream().write(some, 0, n);
              }
            })) {
      ReplayResult result = scene.replay(transport, server, rules(true, false, LONG), toServer);

      assertThat(result.lines(true)).anyMatch(line -> line.matches("divergences +0"));
      assertThat(result.isClean()).isTrue();
      assertThat(result.sent()).isEqualTo(content.length);
      assertThat(result.received()).isEqualTo(content.length);
      assertThat(Arrays.equals(server.awaitEnded().received.toByteArray(), content)).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void answersAreDiscardedWhenNobodyCompares(String transport) throws Exception {
    Path file = scene.write("a", "hello");
    byte[] answer = new byte[5 << 20];
    try (ScriptedServer server =
        new ScriptedServer(
            peer -> {
              peer.takeAll();
              peer.socket.getOutputStream().write(answer);
            })) {
      ReplayResult result = scene.replay(transport, server, rules(false, false, LONG), file);

      assertThat(result.isClean()).isTrue();
      assertThat(result.received()).isEqualTo(answer.length);
      assertThat(result.silent()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void payloadsOfACaptureArriveWithoutItsHeaders(String transport) throws Exception {
    CaptureWriter writer = CaptureWriter.pcapng();
    CaptureWriter.Dialog dialog = open(writer);
    byte[] content = new byte[500_000];
    new Random(2).nextBytes(content);
    for (int at = 0; at < content.length; at += 1000) {
      dialog.ask(Arrays.copyOfRange(content, at, at + 1000));
    }
    dialog.endOfClient();
    try (ScriptedServer server = new ScriptedServer(ScriptedServer.Peer::takeAll)) {
      ReplayResult result =
          scene.replay(transport, server, rules(false, false, LONG), scene.capture(writer));

      assertThat(result.isClean()).isTrue();
      assertThat(Arrays.equals(server.awaitEnded().received.toByteArray(), content)).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void serverThatTakesNothingIsAFailure(String transport) throws Exception {
    Path file = Files.write(folder.resolve("big"), new byte[32 << 20]);
    CyclicBarrier end = new CyclicBarrier(2);
    try (ScriptedServer server = new ScriptedServer(peer -> await(end))) {
      ReplayResult result = scene.replay(transport, server, rules(false, false, SHORT), file);
      await(end);

      assertThat(result.failureLines())
          .singleElement()
          .asString()
          .contains("the server takes no more bytes");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void recordedResetIsSentAsAReset(String transport) throws Exception {
    CaptureWriter writer = CaptureWriter.pcapng();
    open(writer).ask("hello").answer("yes").resetByClient();
    try (ScriptedServer server =
        new ScriptedServer(
            peer -> {
              peer.take(5);
              peer.answer("yes");
              peer.takeAll();
            })) {
      ReplayResult result =
          scene.replay(transport, server, rules(true, true, LONG), scene.capture(writer));
      ScriptedServer.Peer peer = server.awaitEnded();

      assertThat(result.isClean()).isTrue();
      assertThat(peer.text()).isEqualTo("hello");
      assertThat(peer.wasReset).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void resetByTheServerIsAFailureUnlessRecorded(String transport) throws Exception {
    CaptureWriter recorded = CaptureWriter.pcapng();
    open(recorded).ask("hello").resetByServer();
    Path expected = scene.capture(recorded);
    Path unexpected = scene.write("hello", "hello");
    try (ScriptedServer server =
        new ScriptedServer(
            peer -> {
              peer.take(5);
              peer.socket.setSoLinger(true, 0);
            })) {
      assertThat(scene.replay(transport, server, rules(false, false, LONG), expected).isClean())
          .isTrue();
      assertThat(
              scene.replay(transport, server, rules(false, false, LONG), unexpected).failureLines())
          .containsExactly(
              unexpected + ": the server reset the connection (5 of 5 bytes sent, 0 received)");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void refusedConnectionsAreCountedAndNamed(String transport) throws Exception {
    Path file = scene.write("hello", "hello");
    SockAddr closed;
    try (ServerSocket probe = new ServerSocket(0)) {
      closed = SockAddr.inet(InetAddress.getLoopbackAddress(), probe.getLocalPort());
    }
    Target target = target(transport, closed);
    ReplayResult result =
        new ReplayRun(Recorded.index(file), target, rules(false, false, LONG), 3, 30).run();

    assertThat(result.sessions()).isEqualTo(30);
    assertThat(result.failures()).isEqualTo(30);
    assertThat(result.failureLines()).hasSize(10);
    assertThat(result.failureLines().get(0)).contains("onnection refused");
    assertThat(result.lines(false)).contains("failed: 20 more");
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void soManySessionsAtATimeAsAsked(String transport) throws Exception {
    Path file = scene.write("hello", "hello");
    CyclicBarrier all = new CyclicBarrier(4);
    try (ScriptedServer server =
        new ScriptedServer(
            peer -> {
              peer.takeAll();
              await(all);
            })) {
      Target target = target(transport, server.address());
      ReplayResult result =
          new ReplayRun(Recorded.index(file), target, rules(false, false, LONG), 4, 12).run();

      assertThat(result.isClean()).isTrue();
      assertThat(result.sessions()).isEqualTo(12);
      assertThat(result.sent()).isEqualTo(60);
      assertThat(server.mostOpen()).isBetween(4, 8);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void recordedTimeIsKeptAndScaled(String transport) throws Exception {
    CaptureWriter writer = CaptureWriter.pcapng();
    CaptureWriter.Dialog dialog = open(writer);
    dialog.ask("a");
    writer.pass(10_000_000_000L);
    dialog.ask("b");
    writer.pass(10_000_000_000L);
    dialog.endOfClient();
    writer.pass(20_000_000_000L);
    writer.open("10.0.0.1", 40_001, "10.0.0.2", 80).ask("c").endOfClient();
    Path file = scene.capture(writer);
    try (ScriptedServer server = new ScriptedServer(ScriptedServer.Peer::takeAll)) {
      Rules scaled = new Rules(Speed.parse("20x"), false, false, LONG.toNanos());
      ReplayResult slow = scene.replay(transport, server, scaled, file);
      ReplayResult fast = scene.replay(transport, server, rules(false, false, LONG), file);

      assertThat(slow.isClean()).isTrue();
      assertThat(slow.seconds()).isBetween(2.0, 20.0);
      assertThat(fast.seconds()).isLessThan(2.0);
    }
  }
}
