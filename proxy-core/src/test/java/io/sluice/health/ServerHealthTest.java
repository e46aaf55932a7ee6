package io.sluice.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.backend.Server;
import io.sluice.backend.ServerObserver;
import io.sluice.backend.ServerState.Admin;
import io.sluice.linux.SockAddr;
import io.sluice.stats.Counter;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The life of a server's health: when it is asked, and what comes of it. */
@Timeout(60)
class ServerHealthTest {
  private static final Duration INTERVAL = Duration.ofSeconds(2);
  private static final String TCP = "check.type = tcp\n";

  private CheckScene scene;

  private CheckScene scene(int servers, String settings) throws Exception {
    scene = new CheckScene("epoll", servers, settings);
    return scene;
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    if (scene != null) {
      scene.close();
    }
  }

  private CheckResult nextResult(Duration after) {
    scene.pass(after);
    return scene.result();
  }

  private ServerSocketChannel listenAgain() throws IOException {
    ServerSocketChannel again = CheckScene.listening();
    scene.origins.add(again);
    scene
        .server()
        .moveTo(SockAddr.inet(InetAddress.getLoopbackAddress(), CheckScene.port(again)), "moved");
    return again;
  }

  @Test
  void beginsUpAndTheFirstCheckDecides() throws Exception {
    scene(1, TCP);
    assertThat(scene.state()).isEqualTo("UP 1/3");
    assertThat(scene.last().status()).isEqualTo(CheckStatus.INI);
    scene.result();
    assertThat(scene.state()).isEqualTo("UP");
  }

  @Test
  void firstFailureTakesItDown() throws Exception {
    scene(1, TCP).refuse();
    scene.result();
    assertThat(scene.state()).isEqualTo("DOWN");
    assertThat(scene.server().isUsable()).isFalse();
    assertThat(scene.backend.choose(SockAddr.UNNAMED, null, null)).isNull();
    assertThat(scene.server().counters().sum(Counter.SERVER_DOWNS)).isEqualTo(1);
    assertThat(scene.backend.counters().sum(Counter.CHECK_FAILURES)).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"fully-up, UP", "down, DOWN 1/2", "fully-down, DOWN"})
  void beginsAsConfigured(String initial, String state) throws Exception {
    scene(1, TCP + "check.initial-state = " + initial);
    assertThat(scene.state()).isEqualTo(state);
  }

  @Test
  void fallsAndRisesStepByStep() throws Exception {
    scene(1, TCP);
    scene.result();
    scene.refuse();
    nextResult(INTERVAL);
    assertThat(scene.state()).isEqualTo("UP 2/3");
    nextResult(INTERVAL);
    assertThat(scene.state()).isEqualTo("UP 1/3");
    nextResult(INTERVAL);
    assertThat(scene.state()).isEqualTo("DOWN");

    listenAgain();
    nextResult(INTERVAL);
    assertThat(scene.state()).isEqualTo("DOWN 1/2");
    nextResult(INTERVAL);
    assertThat(scene.state()).isEqualTo("UP");
    assertThat(scene.server().counters().sum(Counter.CHECKS)).isEqualTo(6);
  }

  @Test
  void eachStateHasItsInterval() throws Exception {
    scene(1, TCP + "check { interval = 10s, fast-interval = 1s, down-interval = 5s, fall = 2 }");
    scene.result();
    scene.refuse();
    scene.pass(Duration.ofMillis(9_990));
    assertThat(scene.report().isRunning()).isFalse();
    nextResult(Duration.ofMillis(20));
    assertThat(scene.state()).isEqualTo("UP 1/2");
    nextResult(Duration.ofMillis(1_010));
    assertThat(scene.state()).isEqualTo("DOWN");
    scene.pass(Duration.ofMillis(4_990));
    long before = scene.server().counters().sum(Counter.CHECKS);
    assertThat(before).isEqualTo(3);
    nextResult(Duration.ofMillis(20));
    listenAgain();
    nextResult(Duration.ofMillis(5_010));
    assertThat(scene.state()).isEqualTo("DOWN 1/2");
    nextResult(Duration.ofMillis(1_010));
    assertThat(scene.state()).isEqualTo("UP");
  }

  @Test
  void atMostOneCheckAtATime() throws Exception {
    scene(1, "check { type = http, timeout = 60s }");
    Remote remote = scene.accepted();
    scene.turnUntil("a request", () -> !remote.read().text().isEmpty());
    for (int i = 0; i < 20; i++) {
      scene.pass(INTERVAL);
    }
    assertThat(scene.acceptedOrNull(scene.origins.get(0))).isNull();
    remote.send("HTTP/1.1 200 OK\r\n");
    scene.turnUntil("a result", () -> !scene.report().isRunning());
    scene.pass(INTERVAL);
    scene.accepted();
  }

  @Test
  void firstChecksAreSpreadOverTheInterval() throws Exception {
    scene(4, TCP);
    for (int i = 0; i < 4; i++) {
      Server server = scene.backend.servers().get(i);
      assertThat(server.counters().sum(Counter.CHECKS)).as(server.name()).isZero();
      scene.turnUntil("its check", () -> server.counters().sum(Counter.CHECKS) == 1);
      // A turn that waits takes a millisecond.
      scene.pass(Duration.ofMillis(i == 0 ? 498 : 499));
      if (i < 3) {
        Server next = scene.backend.servers().get(i + 1);
        assertThat(next.counters().sum(Counter.CHECKS)).as(next.name()).isZero();
      }
    }
  }

  @Test
  void serverThatMovesIsAskedWhereItIs() throws Exception {
    scene(1, TCP);
    scene.result();
    ServerSocketChannel elsewhere = listenAgain();
    nextResult(INTERVAL);
    assertThat(scene.acceptedOrNull(elsewhere)).isNotNull();
  }

  @Test
  void checkMayGoToAPortOfItsOwn() throws Exception {
    try (ServerSocketChannel status = CheckScene.listening()) {
      scene(1, TCP + "check.port = " + CheckScene.port(status)).refuse();
      scene.result();
      assertThat(scene.state()).isEqualTo("UP");
      scene.accepted(status);
    }
  }

  @Test
  void maintenancePausesAndEndsWithACheckAtOnce() throws Exception {
    scene(1, TCP);
    scene.result();
    scene.refuse();
    scene.server().setAdmin(Admin.MAINT, "");
    for (int i = 0; i < 5; i++) {
      scene.pass(INTERVAL);
    }
    assertThat(scene.server().counters().sum(Counter.CHECKS)).isEqualTo(1);

    scene.server().setAdmin(Admin.READY, "");
    scene.result();
    assertThat(scene.state()).as("one failure is enough after it").isEqualTo("DOWN");
  }

  @Test
  void anEmptySlotIsNotAskedAndANewAddressBeginsAnew() throws Exception {
    try (ServerSocketChannel elsewhere = CheckScene.listening()) {
      scene(1, TCP + "agent.port = " + CheckScene.port(elsewhere));
      scene.result();
      scene.refuse();
      for (int i = 0; i < 3; i++) {
        nextResult(INTERVAL);
      }
      assertThat(scene.state()).isEqualTo("DOWN");
      long asked = scene.server().counters().sum(Counter.CHECKS);

      scene.server().loseAddress("no IP");
      for (int i = 0; i < 5; i++) {
        scene.pass(INTERVAL);
      }
      assertThat(scene.server().counters().sum(Counter.CHECKS))
          .as("neither check nor agent")
          .isEqualTo(asked);

      scene
          .server()
          .moveTo(
              SockAddr.inet(InetAddress.getLoopbackAddress(), CheckScene.port(elsewhere)), "found");
      scene.turnUntil("up", () -> scene.state().equals("UP"));
      assertThat(scene.server().counters().sum(Counter.CHECKS))
          .as("both are asked at once")
          .isEqualTo(asked + 2);
    }
  }

  @Test
  void whatWasAskedOfTheOldAddressDoesNotCountForTheNewOne() throws Exception {
    scene(1, "check { type = send-expect, initial-state = down, send-expect = [{ expect = x }] }");
    Remote old = scene.accepted();
    assertThat(scene.state()).isEqualTo("DOWN 1/2");

    scene.server().loseAddress("no IP");
    scene.turnUntil("the end of the run", () -> old.read().isOver());
    assertThat(scene.last()).isEqualTo(CheckResult.NONE);
    scene.server().moveTo(scene.server().address(), "found");
    assertThat(scene.state()).isEqualTo("DOWN 1/2");
    scene.accepted().send("x");

    scene.turnUntil("up", () -> scene.state().equals("UP"));
  }

  @Test
  void drainedServerIsStillChecked() throws Exception {
    scene(1, TCP);
    scene.result();
    scene.server().setAdmin(Admin.DRAIN, "");
    scene.refuse();
    nextResult(INTERVAL);
    assertThat(scene.state()).isEqualTo("DRAIN 2/3");
  }

  // What sessions meet.

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      scene.server().observer().onConnectFailed("Connection refused");
    }
    scene.loop.turn(0);
    scene.loop.turn(0);
  }

  private CheckScene observing(String onError) throws Exception {
    scene(
        1,
        TCP
            + "check { fall = 4, interval = 10s, fast-interval = 100ms }\n"
            + "observe { mode = connect, error-limit = 3, on-error = "
            + onError
            + " }");
    scene.result();
    assertThat(scene.state()).isEqualTo("UP");
    return scene;
  }

  @ParameterizedTest
  @CsvSource({
    "fail-check,    UP 3/4",
    "sudden-death,  UP 1/4",
    "mark-down,     DOWN",
    "fast-interval, UP",
  })
  void errorsInARowHaveTheirEffect(String onError, String state) throws Exception {
    observing(onError);
    fail(2);
    scene.server().observer().onConnected();
    fail(2);
    assertThat(scene.state()).isEqualTo("UP");

    fail(1);

    assertThat(scene.state()).isEqualTo(state);
    if (!onError.equals("fast-interval")) {
      assertThat(scene.last().words())
          .isEqualTo(
              "Health analyze, info: \"Detected 3 consecutive errors, last one was: L4"
                  + " unsuccessful connection\"");
    }
    scene.pass(Duration.ofMillis(101));
    scene.turnUntil("an early check", () -> scene.server().counters().sum(Counter.CHECKS) == 2);
  }

  @Test
  void errorsThatAreHeardOfAfterTheEndMeanNothing() throws Exception {
    observing("mark-down");
    Server server = scene.server();
    ServerObserver watching = server.observer();
    scene.checks.apply(List.of());

    for (int i = 0; i < 3; i++) { // A session may still hold what was to be told.
      watching.onConnectFailed("Connection refused");
    }
    scene.loop.turn(0);
    scene.loop.turn(0);

    assertThat(server.state().text()).isEqualTo("UP");
  }

  @Test
  void withoutObservingErrorsMeanNothing() throws Exception {
    scene(1, TCP);
    scene.result();
    fail(100);
    assertThat(scene.state()).isEqualTo("UP");
  }

  // Agents.

  /** An agent that answers {@code line} to the next question. */
  private CheckResult say(ServerSocketChannel agent, String line) throws IOException {
    Remote remote = scene.accepted(agent);
    remote.send(line);
    remote.channel().shutdownOutput();
    scene.turnUntil("an answer", () -> !scene.agent().isRunning());
    scene.pass(INTERVAL);
    return scene.agent().last();
  }

  @Test
  void agentSaysHowTheServerIs() throws Exception {
    try (ServerSocketChannel agent = CheckScene.listening()) {
      scene(1, "agent { port = " + CheckScene.port(agent) + ", send = \"s0\\n\" }");
      assertThat(scene.state()).isEqualTo("no check");
      Remote remote = scene.accepted(agent);
      scene.expect(remote, "s0\n");
      remote.send("down #too hot\n");
      scene.turnUntil("an answer", () -> !scene.agent().isRunning());
      assertThat(scene.state()).isEqualTo("DOWN (agent)");
      assertThat(scene.agent().last().words())
          .startsWith("Layer7 wrong status, code: 0, info: \"via agent : down (too hot)\"");
      scene.pass(INTERVAL);

      say(agent, "drain\n");
      assertThat(scene.state()).as("what is not named stays").isEqualTo("DOWN (agent)");
      say(agent, "up\n");
      assertThat(scene.state()).isEqualTo("DRAIN (agent)");
      say(agent, "ready 50%\n");
      assertThat(scene.state()).isEqualTo("no check");
      say(agent, "maint\r\n");
      assertThat(scene.state()).isEqualTo("MAINT");
      say(agent, "ready weight:7 maxconn:3\n");
      assertThat(scene.state()).as("an agent is heard in maintenance").isEqualTo("no check");
      assertThat(scene.server().weight()).isEqualTo(7);
      assertThat(scene.server().limit()).isEqualTo(3);
      say(agent, "300%\n");
      assertThat(scene.server().weight()).as("of the initial one").isEqualTo(3);
    }
  }

  @Test
  void agentThatIsDeadOrSaysNothingChangesNothing() throws Exception {
    try (ServerSocketChannel agent = CheckScene.listening()) {
      scene(1, "agent.port = " + CheckScene.port(agent));
      assertThat(say(agent, "").info()).isEqualTo("TCPCHK got an empty response at step 2");
      assertThat(say(agent, "down").info()).isEqualTo("Ignoring incomplete line from agent");
      Remote silent = scene.accepted(agent);
      scene.pass(INTERVAL.plusMillis(1));
      assertThat(scene.agent().last().status()).isEqualTo(CheckStatus.L7TOUT);
      silent.close();
      agent.close();
      scene.pass(INTERVAL);
      scene.turnUntil("refused", () -> scene.agent().last().status() == CheckStatus.L4CON);
      assertThat(scene.state()).isEqualTo("no check");
    }
  }

  @Test
  void serverIsUpWhenCheckAndAgentAgree() throws Exception {
    try (ServerSocketChannel agent = CheckScene.listening()) {
      scene(1, TCP + "agent { interval = 20s, port = " + CheckScene.port(agent) + " }");
      scene.result();
      scene.pass(Duration.ofSeconds(10));
      say(agent, "down\n");
      assertThat(scene.state()).isEqualTo("DOWN (agent)");
      nextResult(INTERVAL);
      assertThat(scene.state()).as("the check alone does not help").isEqualTo("DOWN (agent)");
      scene.refuse();
      for (int i = 0; i < 3; i++) {
        nextResult(INTERVAL);
      }
      scene.pass(Duration.ofSeconds(20));
      say(agent, "up\n");
      assertThat(scene.state()).as("nor does the agent").isEqualTo("DOWN");
    }
  }
}
