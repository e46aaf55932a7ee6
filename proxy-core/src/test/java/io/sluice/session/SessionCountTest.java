package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.admission.ConnectionRate;
import io.sluice.linux.SockAddr;
import io.sluice.loop.EventLoop;
import io.sluice.transport.ListenSocket;
import io.sluice.transport.Poller;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The numbers of sessions in the log line: of sessions that there are, and of nothing else. */
class SessionCountTest {
  private static final int TURNS_MAX = 1000;
  private static final int TURN_WAIT_MS = 10;

  @Test
  void theNumbersOfAllLoopsAddUp() {
    SessionCount count = new SessionCount(3);
    assertThat(count.sum()).isZero();

    count.begin(0);
    count.begin(2);
    count.begin(2);
    assertThat(count.sum()).isEqualTo(3);

    count.end(2);
    count.end(0);
    assertThat(count.sum()).isEqualTo(1);
  }

  /**
   * Two loops are told of one connection. Between the moment at which the slower one takes a place
   * for it and the moment at which accept(2) has nothing for it, the faster one has it, relays it
   * to its end, and logs it.
   */
  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aLoopThatFindsNothingToAcceptIsInNoLine(String transport) throws Exception {
    try (LogCapture log = new LogCapture();
        LoopHarness harness = LoopHarness.over(transport, 1, "")) {
      int[] races = new int[1];
      Peer client = harness.client();
      Poller slow =
          beforeAccept(
              harness.transport.openPoller(harness.config.pump()),
              () -> {
                races[0]++;
                assertThat(harness.total.taken()).as("places of all").isEqualTo(1);
                assertThat(harness.frontend.gate().taken()).as("of the frontend").isEqualTo(1);
                assertThat(harness.sessions.sizeOfAll()).as("sessions").isZero();
                end(harness.pair(client));
                harness.expectNoSessions();
              });
      SessionLoop other = second(harness, slow);
      Acceptor loser = new Acceptor(other, harness.listener, harness.frontend, 1);
      loser.start();
      for (int turn = 0; turn < TURNS_MAX && races[0] == 0; turn++) {
        other.loop().turn(TURN_WAIT_MS); // The other loop turns nowhere but in the race.
      }
      loser.stop();

      assertThat(races[0]).isEqualTo(1);
      assertThat(log.sessions()).singleElement().asString().contains(" -- 1/1/0/0/0 0/0 ");
      slow.close();
      harness.expectNothingLeft();
    }
  }

  /** Other loops' sessions are in the line as well, and so are those from before a reload. */
  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void sessionsOfAnotherLoopAndOfTheFrontendBeforeAReloadAreCounted(String transport)
      throws Exception {
    try (LogCapture log = new LogCapture();
        LoopHarness harness = LoopHarness.over(transport, 1, "")) {
      LoopHarness.Pair first = harness.pair();
      SessionLoop other = second(harness, harness.transport.openPoller(harness.config.pump()));
      Frontend next =
          harness.frontend.next(
              harness.frontend.config(), harness.backends, List.of(), ConnectionRate.UNLIMITED);
      ListenSocket listener =
          harness.transport.listen(
              SockAddr.inet(InetAddress.getLoopbackAddress(), 0),
              next.config().listen(),
              next.config().tcp());
      Acceptor acceptor = new Acceptor(other, listener, next, 2);
      acceptor.start();
      try (Peer ignored = Peer.connect(listener.address().toJava())) {
        harness.turnUntil(
            "a session of the other loop",
            () -> {
              other.loop().turn(0);
              return other.size() == 1;
            });
        end(first);
        harness.turnUntil("its end", () -> harness.sessions.size() == 0);
        other.closeAll(CloseReason.KILLED);
      }
      acceptor.stop();
      listener.close();
      other.loop().poller().close();
      harness.expectNothingLeft();

      assertThat(log.sessions()).hasSize(2);
      assertThat(log.sessions().get(0)).contains(" -- 2/2/1/1/0 0/0 ");
      assertThat(log.sessions().get(1)).contains(" K- 1/1/0/0/0 0/0 ");
    }
  }

  private static void end(LoopHarness.Pair pair) {
    try {
      pair.client().finish();
      pair.server().finish();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static SessionLoop second(LoopHarness harness, Poller poller) {
    EventLoop loop = new EventLoop(1, poller, harness.clock);
    loop.adopt();
    SessionLoop sessions =
        new SessionLoop(
            loop, harness.counters, harness.total, harness.config.pump().turnBudgetBytes());
    SessionLoop.link(List.of(harness.sessions, sessions));
    return sessions;
  }

  /** {@code poller} with something that happens first whenever it is to accept a connection. */
  private static Poller beforeAccept(Poller poller, Runnable event) {
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          if (method.getName().equals("accept")) {
            event.run();
          }
          try {
            return method.invoke(poller, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        };
    return (Poller)
        Proxy.newProxyInstance(
            Poller.class.getClassLoader(), new Class<?>[] {Poller.class}, handler);
  }
}
