package io.sluice.app.replay;

import static io.sluice.app.replay.ReplayScene.LONG;
import static io.sluice.app.replay.ReplayScene.SHORT;
import static io.sluice.app.replay.ReplayScene.await;
import static io.sluice.app.replay.ReplayScene.open;
import static io.sluice.app.replay.ReplayScene.rules;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers, compared with the recorded ones and waited for, on both transports. */
class AnswersTest {
  @TempDir private Path folder;
  private ReplayScene scene;

  @BeforeEach
  void begin() {
    scene = new ReplayScene(folder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void firstDivergenceIsReportedWithItsSurroundings(String transport) throws Exception {
    String same = "x".repeat(70_000) + "equal so far,\r\n";
    Path toServer = scene.write("s.to-server", "ask");
    scene.write("s.to-client", same + "then RECORDED bytes");
    try (ScriptedServer server =
        new ScriptedServer(
            peer -> {
              peer.take(3);
              peer.answer(same + "then ANSWERED bytes, and more");
              peer.takeAll();
            })) {
      ReplayResult result = scene.replay(transport, server, rules(true, false, LONG), toServer);

      assertThat(result.failures()).isZero();
      assertThat(result.divergences()).isEqualTo(1);
      assertThat(result.divergenceLines().get(0))
          .containsExactly(
              toServer + ": to-client differs at byte 70020: another byte than recorded",
              "  recorded 70034 bytes, answered 70044 bytes",
              "  both     00011174  6c 20 73 6f 20 66 61 72 2c 0d 0a 74 68 65 6e 20  |l so far,..then |",
              "  recorded 00011184  52 45 43 4f 52 44 45 44 20 62 79 74 65 73        |RECORDED bytes|",
              "  answered 00011184  41 4e 53 57 45 52 45 44 20 62 79 74 65 73 2c 20  |ANSWERED bytes, |",
              "  recorded 00011194                                                   ||",
              "  answered 00011194  61 6e 64 20 6d 6f 72 65                          |and more|");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void missingAndAdditionalBytesAreDivergences(String transport) throws Exception {
    Path toServer = scene.write("s.to-server", "ask");
    scene.write("s.to-client", "0123456789");
    for (String answer : new String[] {"01234", "0123456789ab"}) {
      try (ScriptedServer server =
          new ScriptedServer(
              peer -> {
                peer.take(3);
                peer.answer(answer);
              })) {
        ReplayResult result = scene.replay(transport, server, rules(true, false, LONG), toServer);

        boolean isShort = answer.length() < 10;
        assertThat(result.divergences()).isEqualTo(1);
        assertThat(result.divergenceLines().get(0).get(0))
            .endsWith(
                isShort
                    ? "differs at byte 5: the server ended the connection"
                    : "differs at byte 10: more than was recorded");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void incompleteRecordingIsComparedToItsEndOnly(String transport) throws Exception {
    Path toServer = scene.write("s.to-server", "ask");
    scene.write("s.to-client.part", "0123");
    try (ScriptedServer server =
        new ScriptedServer(
            peer -> {
              peer.take(3);
              peer.answer("0123456789");
            })) {
      assertThat(scene.replay(transport, server, rules(true, false, LONG), toServer).isClean())
          .isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void shorterAnswerDoesNotStopTheOthersFromBeingAsked(String transport) throws Exception {
    CaptureWriter writer = CaptureWriter.pcapng();
    CaptureWriter.Dialog dialog = open(writer);
    for (int i = 0; i < 20; i++) {
      dialog.ask("ask").answer("ANSWER");
    }
    dialog.endOfClient().endOfServer();
    try (ScriptedServer server =
        new ScriptedServer(
            peer -> {
              while (peer.take(3) == 3) {
                peer.answer("ANS!");
              }
            })) {
      ReplayResult result =
          scene.replay(transport, server, rules(true, true, LONG), scene.capture(writer));

      assertThat(result.sent()).isEqualTo(60);
      assertThat(result.received()).isEqualTo(80);
      assertThat(result.failures()).isZero();
      assertThat(result.divergenceLines().get(0).get(0)).contains("differs at byte 3: ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void silentServerEndsTheSessionAfterTheTimeout(String transport) throws Exception {
    CaptureWriter writer = CaptureWriter.pcapng();
    open(writer).ask("one").answer("ONE").ask("two").answer("TWO").endOfClient();
    Path file = scene.capture(writer);
    CyclicBarrier end = new CyclicBarrier(2);
    try (ScriptedServer server = new ScriptedServer(peer -> await(end))) {
      ReplayResult compared = scene.replay(transport, server, rules(true, true, SHORT), file);
      await(end);
      ReplayResult causal = scene.replay(transport, server, rules(false, true, SHORT), file);
      await(end);

      assertThat(compared.failures()).isZero();
      assertThat(compared.silent()).isEqualTo(1);
      assertThat(compared.divergenceLines().get(0).get(0))
          .endsWith("differs at byte 0: the server is silent");
      assertThat(causal.failureLines())
          .singleElement()
          .asString()
          .contains("the server does not answer", "(3 of 6 bytes sent, 0 received)");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void causalOrderAsksOnlyAfterTheAnswer(String transport) throws Exception {
    CaptureWriter writer = CaptureWriter.pcapng();
    open(writer).ask("one").answer("ONE").ask("two").answer("TWO").endOfClient().endOfServer();
    AtomicInteger waitMs = new AtomicInteger(100);
    ScriptedServer.Script oneAtATime =
        peer -> {
          peer.take(3);
          // Whatever is sent before the answer would be here by then.
          peer.socket.setSoTimeout(waitMs.get());
          boolean early = readsSomething(peer);
          peer.socket.setSoTimeout(0);
          peer.answer(early ? "EAR" : "ONE");
          peer.take(3);
          peer.answer("TWO");
          peer.takeAll();
        };
    try (ScriptedServer server = new ScriptedServer(oneAtATime)) {
      Path file = scene.capture(writer);
      ReplayResult causal = scene.replay(transport, server, rules(true, true, LONG), file);
      waitMs.set((int) LONG.toMillis()); // What does come is waited for.
      ReplayResult pipelined = scene.replay(transport, server, rules(true, false, LONG), file);

      assertThat(causal.divergenceLines()).isEmpty();
      assertThat(causal.isClean()).isTrue();
      assertThat(pipelined.divergences()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void answersAfterTheEndOfInputAreWaitedFor(String transport) throws Exception {
    Path toServer = scene.write("s.to-server", "b\na\n");
    scene.write("s.to-client", "b\na\n");
    try (ScriptedServer server = new ScriptedServer(AnswersTest::echo)) {
      assertThat(scene.replay(transport, server, rules(true, false, LONG), toServer).isClean())
          .isTrue();
    }
  }

  private static boolean readsSomething(ScriptedServer.Peer peer) throws IOException {
    try {
      return peer.take(1) == 1;
    } catch (SocketTimeoutException e) {
      return false;
    }
  }

  private static void echo(ScriptedServer.Peer peer) throws IOException {
    peer.takeAll();
    peer.socket.getOutputStream().write(peer.received.toByteArray());
  }
}
