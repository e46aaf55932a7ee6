package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.loop.EventLoop;
import io.sluice.stats.Counter;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which of two loops gets a new session, both turned by the test. */
class DispatchTest {

  /** A second loop beside the harness' own, which alone accepts. */
  private static SessionLoop second(LoopHarness harness) throws Exception {
    EventLoop loop =
        new EventLoop(1, harness.transport.openPoller(harness.config.pump()), harness.clock);
    loop.adopt();
    SessionLoop sessions =
        new SessionLoop(
            loop, harness.counters, harness.total, harness.config.pump().turnBudgetBytes());
    SessionLoop.link(List.of(harness.sessions, sessions));
    return sessions;
  }

  private static Peer accepted(LoopHarness harness, SessionLoop other) throws Exception {
    SocketChannel[] taken = new SocketChannel[1];
    harness.turnUntil(
        "a connection to the server",
        () -> {
          other.loop().turn(0);
          try {
            taken[0] = harness.origins.get(0).accept();
          } catch (IOException e) {
            throw new AssertionError(e);
          }
          return taken[0] != null;
        });
    return new Peer(taken[0]);
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void sessionsAreSpreadOverBothAndStayWhereTheyAre(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, "")) {
      SessionLoop other = second(harness);
      List<Peer> clients = new ArrayList<>();
      List<Peer> servers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        clients.add(harness.client());
        servers.add(accepted(harness, other));
        assertThat(Math.abs(harness.sessions.size() - other.size())).isLessThanOrEqualTo(2);
      }
      assertThat(harness.sessions.size() + other.size()).isEqualTo(20);

      for (int i = 0; i < 20; i++) {
        Peer server = servers.get(i);
        String text = "n" + i;
        clients.get(i).send(text);
        harness.turnUntil(
            text,
            () -> {
              other.loop().turn(0);
              return server.read().text().equals(text);
            });
      }
      assertThat(harness.sessions.size()).isBetween(9, 11);
      assertThat(harness.counters.ofLoop(0).get(Counter.SESSIONS)).isBetween(9L, 11L);
      assertThat(harness.counted(Counter.SESSIONS)).isEqualTo(20);

      for (int i = 0; i < 20; i++) {
        clients.get(i).finish();
        servers.get(i).finish();
      }
      harness.turnUntil(
          "the end of all",
          () -> {
            other.loop().turn(0);
            return harness.sessions.size() + other.size() == 0;
          });
      other.loop().turn(0);
      assertThat(other.loop().poller().usage().sockets()).isZero();
      assertThat(harness.counted(Counter.CLOSED_NORMALLY)).isEqualTo(20);
      other.loop().poller().close();
      harness.expectNothingLeft();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aLittleMoreIsNoReasonToMove(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, "")) {
      SessionLoop other = second(harness);
      harness.client();
      accepted(harness, other).close();
      harness.client();
      accepted(harness, other).close();
      assertThat(harness.counters.ofLoop(0).get(Counter.SESSIONS)).isEqualTo(2);
      assertThat(other.size()).isZero();
      other.loop().poller().close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void whoeverWaitsForTheLastSessionIsToldOnce(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, "")) {
      int[] told = new int[1];
      harness.sessions.whenEmpty(() -> told[0]++);
      assertThat(told[0]).as("nobody is there").isEqualTo(1);
      LoopHarness.Pair first = harness.pair();
      LoopHarness.Pair second = harness.pair();
      harness.sessions.whenEmpty(() -> told[0]++);
      harness.sessions.whenEmpty(() -> told[0]++);
      first.client().finish();
      first.server().finish();
      harness.turnUntil("one less", () -> harness.sessions.size() == 1);
      assertThat(told[0]).isEqualTo(1);
      second.client().finish();
      second.server().finish();
      harness.expectNothingLeft();

      assertThat(told[0]).as("two more").isEqualTo(3);
    }
  }
}
