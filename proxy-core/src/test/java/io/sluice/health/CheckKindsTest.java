package io.sluice.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each kind of check makes of what servers do, over both transports. */
@Timeout(60)
class CheckKindsTest {
  private static final String TCP = "check.type = tcp\n";
  private static final String PING =
      "check { type = send-expect, send-expect = [{ send = \"PING\\r"
          + "\\n"
          + "\" }, { expect = \"+PONG\" }] }\n";

  /** The PROXY header of version 2 of a connection without a client, and what comes after it. */
  private static final String LOCAL_PING = "\r\n\r\n\u0000\r\nQUIT\n \u0000\u0000\u0000PING\r\n";

  private static final String HTTP = "check { type = http, http.path = \"/up\" }\n";
  private static final String TIMES = "check { timeout = 300ms }, timeouts.connect = 500ms\n";

  private CheckScene scene;

  private CheckScene scene(String transport, String settings) throws Exception {
    scene = new CheckScene(transport, 1, settings);
    return scene;
  }

  /** The server of a check by PING, which has received that. */
  private Remote pinged(String transport, String more) throws Exception {
    scene(transport, PING + more);
    Remote remote = scene.accepted();
    scene.expect(remote, "PING\r\n");
    return remote;
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    if (scene != null) {
      scene.close();
    }
  }

  private void expectResult(CheckStatus status, int code, String info) {
    CheckResult result = scene.result();
    assertThat(new Verdict(result.status(), result.code(), result.info()))
        .isEqualTo(new Verdict(status, code, info));
  }

  private void expectEnd(CheckStatus status, int code, String info) {
    scene.turnUntil("the end", () -> !scene.report().isRunning());
    expectResult(status, code, info);
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void tcpIsPassedWithTheConnectionWhichIsReset(String transport) throws Exception {
    scene(transport, TCP);
    expectResult(CheckStatus.L4OK, 0, "");

    Remote remote = scene.accepted();
    scene.turnUntil("the end", () -> remote.read().isOver());
    assertThat(remote.isReset()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void refusedConnection(String transport) throws Exception {
    scene(transport, TCP).refuse();
    expectResult(CheckStatus.L4CON, 0, "Connection refused");
    assertThat(scene.state()).isEqualTo("DOWN");
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void refusedConnectionOfAScriptNamesTheStep(String transport) throws Exception {
    scene(transport, PING).refuse();
    expectResult(CheckStatus.L4CON, 0, "Connection refused at step 1 of tcp-check (connect)");
  }

  /** A full backlog drops what comes after it. */
  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void blackHoleEndsWithTheShorterOfConnectAndInterval(String transport) throws Exception {
    List<SocketChannel> fillers = new ArrayList<>();
    try (ServerSocketChannel hole = ServerSocketChannel.open()) {
      hole.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
      for (int i = 0; i < 4; i++) {
        SocketChannel filler = SocketChannel.open();
        filler.configureBlocking(false);
        filler.connect(hole.getLocalAddress());
        fillers.add(filler);
      }
      scene(transport, TCP + TIMES + "check.port = " + CheckScene.port(hole));
      scene.turnUntil("a check", () -> scene.report().isRunning());
      scene.pass(Duration.ofMillis(498));
      assertThat(scene.report().isRunning()).isTrue();
      assertThat(scene.last().status()).isEqualTo(CheckStatus.INI);

      scene.pass(Duration.ofMillis(3));

      assertThat(scene.last().status()).isEqualTo(CheckStatus.L4TOUT);
      assertThat(scene.last().durationMs()).isBetween(500L, 501L);
    } finally {
      for (SocketChannel filler : fillers) {
        filler.close();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void scriptIsPassedByteByByte(String transport) throws Exception {
    Remote remote = pinged(transport, "");
    for (char c : "-x+PON".toCharArray()) {
      remote.send(String.valueOf(c));
      scene.loop.turn(1);
      assertThat(scene.report().isRunning()).isTrue();
    }
    remote.send("G\r\n");
    expectEnd(CheckStatus.L7OK, 0, "(tcp-check)");
    scene.turnUntil("the end", () -> remote.read().isOver());
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void scriptOfManySteps(String transport) throws Exception {
    scene(
        transport,
        "check { type = send-expect, send-expect = [{ expect-regex = \"^220 .*\\r\\n\" },"
            + " { expect = ESMTP }, { send-hex = \"51 0d 0a\" }, { expect-hex = \"32 32 31\" }] }");
    Remote remote = scene.accepted();
    remote.send("220 mail ESM").send("TP\r\n");
    scene.expect(remote, "Q\r\n");
    // What it said before does not count any more.
    scene.loop.turn(1);
    assertThat(scene.report().isRunning()).isTrue();
    remote.send("221 bye\r\n");
    expectEnd(CheckStatus.L7OK, 0, "(tcp-check)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void wrongAnswerIsOneOnceItIsOver(String transport) throws Exception {
    scene(transport, PING);
    Remote remote = scene.accepted().send("-ERR nope\r\n");
    scene.expect(remote, "PING\r\n");
    scene.loop.turn(1);
    assertThat(scene.report().isRunning()).isTrue();
    remote.channel().shutdownOutput();
    expectEnd(CheckStatus.L7RSP, 0, "TCPCHK did not match content '+PONG' at step 3");
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void noAnswerIsAnEmptyOne(String transport) throws Exception {
    Remote remote = pinged(transport, "");
    remote.close();
    expectEnd(CheckStatus.L7RSP, 0, "TCPCHK got an empty response at step 3");
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void resetInTheMiddle(String transport) throws Exception {
    Remote remote = pinged(transport, "");
    remote.reset();
    expectEnd(
        CheckStatus.SOCKERR,
        0,
        "Connection reset by peer at step 3 of tcp-check (expect string '+PONG')");
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void silenceEndsAfterTheTimeForAnAnswer(String transport) throws Exception {
    pinged(transport, TIMES);
    scene.pass(Duration.ofMillis(298));
    assertThat(scene.report().isRunning()).isTrue();
    scene.pass(Duration.ofMillis(3));
    expectEnd(CheckStatus.L7TOUT, 0, " at step 3 of tcp-check (expect string '+PONG')");
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void withoutATimeForAnAnswerTheIntervalBoundsAll(String transport) throws Exception {
    pinged(transport, "");
    scene.pass(Duration.ofMillis(1990));
    assertThat(scene.report().isRunning()).isTrue();
    scene.pass(Duration.ofMillis(20));
    assertThat(scene.last().status()).isEqualTo(CheckStatus.L7TOUT);
  }

  /** Up to a gigabyte is there for the taking; only the bound is taken. */
  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void endlessAnswerIsCutAtTheBound(String transport) throws Exception {
    Remote remote = pinged(transport, "");
    byte[] block = new byte[1 << 16];
    long[] written = new long[1];
    scene.turnUntil(
        "a result",
        () -> {
          if (written[0] < 1L << 30) {
            written[0] += Math.max(0, remote.write(block));
          }
          return !scene.report().isRunning();
        });
    assertThat(scene.last().status()).isEqualTo(CheckStatus.L7RSP);
    assertThat(written[0]).as("what the kernel took meanwhile").isLessThan(64 << 20);
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void hostileAnswerToARegexFailsTheCheckAndNotTheLoop(String transport) throws Exception {
    scene(
        transport, "check { type = send-expect, send-expect = [{ expect-regex = \"^(a+)+$\" }] }");
    scene.accepted().send("a".repeat(5000) + "b");
    expectEnd(CheckStatus.L7RSP, 0, "the regular expression takes too many steps at step 2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void httpAsksAndTakesAGoodStatus(String transport) throws Exception {
    scene(transport, HTTP);
    Remote remote = scene.accepted();
    scene.expect(
        remote,
        "OPTIONS /up HTTP/1.1\r\nHost: 127.0.0.1:"
            + CheckScene.port(scene.origins.get(0))
            + "\r\nUser-Agent: sluice\r\nAccept: */*\r\nConnection: close\r\n\r\n");
    for (char c : "HTTP/1.1 204 No Content\r".toCharArray()) {
      remote.send(String.valueOf(c));
      scene.loop.turn(1);
      assertThat(scene.report().isRunning()).isTrue();
    }
    remote.send("\n");
    expectEnd(CheckStatus.L7OK, 204, "");
  }

  private void httpAnswered(String transport, String answer) throws Exception {
    scene(transport, HTTP);
    scene.accepted().send(answer).channel().shutdownOutput();
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void httpTellsTheWrongStatus(String transport) throws Exception {
    httpAnswered(transport, "HTTP/1.0 503 Service Unavailable\r\n\r\n");
    expectEnd(CheckStatus.L7STS, 503, "Service Unavailable");
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void httpPassesOverInterimResponses(String transport) throws Exception {
    httpAnswered(
        transport,
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200\r\n");
    expectEnd(CheckStatus.L7OK, 200, "");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "garbage\r\n\r\n",
        "HTTP/2 200 OK\r\n",
        "HTTP/1.1 20 OK\r\n",
        "HTTP/1.1 2000 OK\r\n",
        "HTTP/1.1 200 OK\rx",
        "HTTP/1.1 200 O",
        "HTTP/1.1 100 Continue\r\nx: y\r\n",
        "",
      })
  void httpRefusesWhatIsNoResponse(String answer) throws Exception {
    httpAnswered("epoll", answer);
    expectEnd(CheckStatus.L7RSP, 0, "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void httpNeedsNoMoreThanAWrongByte(String transport) throws Exception {
    scene(transport, HTTP);
    scene.accepted().send("SSH");
    expectEnd(CheckStatus.L7RSP, 0, "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void httpEndlessReasonIsCut(String transport) throws Exception {
    scene(transport, HTTP);
    scene.accepted().send("HTTP/1.1 200 " + "x".repeat(Answer.BYTES_MAX));
    expectEnd(CheckStatus.L7RSP, 0, "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void checkBeginsWithALocalHeader(String transport) throws Exception {
    scene(transport, PING + "check.proxy-protocol = v2");
    scene.expect(scene.accepted(), LOCAL_PING);
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void checkBeginsWithItsOwnAddressesInVersion1(String transport) throws Exception {
    scene(transport, TCP + "check.proxy-protocol = v1");
    Remote remote = scene.accepted();
    int from = ((InetSocketAddress) remote.channel().getRemoteAddress()).getPort();
    scene.expect(
        remote,
        "PROXY TCP4 127.0.0.1 127.0.0.1 "
            + from
            + " "
            + CheckScene.port(scene.origins.get(0))
            + "\r\n");
    expectEnd(CheckStatus.L4OK, 0, "");
    scene.turnUntil("the end", () -> remote.read().isOver());
    assertThat(remote.isEof()).as("a reset could overtake the header").isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void checkOfTheServersOwnAddressInheritsTheHeaderOfSessions(String transport) throws Exception {
    scene(transport, PING + "send-proxy-protocol = v2");
    scene.expect(scene.accepted(), LOCAL_PING);
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void checkOfAnotherPortInheritsNoHeader(String transport) throws Exception {
    try (ServerSocketChannel other = CheckScene.listening()) {
      int port = CheckScene.port(other);
      scene(transport, PING + "send-proxy-protocol = v2, check.port = " + port);
      scene.expect(scene.accepted(other), "PING\r\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void checkOfAnotherAddressInheritsNoHeader(String transport) throws Exception {
    pinged(transport, "send-proxy-protocol = v1, check.address = \"127.0.0.1\"");
  }
}
