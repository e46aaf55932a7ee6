package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.Errno;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What a poller reports, to whom, and when it returns. */
abstract class ReadinessContract extends ContractFixture {

  @Test
  void emptySourceIsWouldBlockAndComesBack() throws Exception {
    End end = end();
    Pump echo = pump(end, end);

    for (String message : new String[] {"a", "bc", "def"}) {
      assertThat(echo.fill()).isEqualTo(-Errno.EAGAIN);
      assertThat(end.socket.isReadable()).isFalse();
      int before = end.events;
      send(end.peer, message);
      pollUntil(end.socket::isReadable);
      assertThat(end.events).isGreaterThan(before);
      assertThat(echo.fill()).isEqualTo(message.length());
      assertThat(echo.drain(Long.MAX_VALUE)).isEqualTo(message.length());
      assertThat(receive(end.peer, message.length())).isEqualTo(message);
    }
  }

  @Test
  void bytesThatNobodyTakesDoNotKeepThePollBusy() throws Exception {
    End end = end();
    send(end.peer, "x");
    pollUntil(() -> end.events > 0);
    pollUntilQuiet();
    int before = end.events;

    poller.poll(20);

    assertThat(end.events).isEqualTo(before);
    assertThat(end.socket.isReadable()).isTrue();
    Pump echo = pump(end, end);
    assertThat(echo.fill()).isEqualTo(1);
    assertThat(echo.drain(Long.MAX_VALUE)).isEqualTo(1);
    assertThat(receive(end.peer, 1)).isEqualTo("x");
  }

  @Test
  void finThatNobodyTakesDoesNotKeepThePollBusy() throws Exception {
    End end = end();
    end.peer.shutdownOutput();
    Pump echo = pump(end, end);
    assertThat(fillWhenReady(echo, end)).isZero();

    pollUntilQuiet();

    assertThat(poller.poll(20)).isZero();
  }

  @Test
  void resetThatNobodyTakesDoesNotKeepThePollBusy() throws Exception {
    End end = end();
    pollUntilQuiet();
    end.peer.setSoLinger(true, 0);
    end.peer.close();
    pollUntil(() -> end.events > 0);

    pollUntilQuiet();

    assertThat(poller.poll(20)).isZero();
  }

  @Test
  void moreBytesAfterUntakenOnesAreNotLost() throws Exception {
    End end = end();
    Pump echo = pump(end, end);
    send(end.peer, "one ");
    pollUntil(() -> end.events > 0);
    pollUntilQuiet();
    send(end.peer, "two");
    end.peer.shutdownOutput();
    pollUntilQuiet();

    OneWay flow = new OneWay(echo, end.socket, end.socket);
    pollUntil(flow::turn);

    assertThat(flow.done).isTrue();
    assertThat(receiveAll(end.peer)).isEqualTo("one two");
  }

  @Test
  void wakeupEndsThePollThatWaits() {
    long start = System.nanoTime();
    Future<?> waker = beside(wakeOnce());
    poller.poll(2 * WAIT_MS);

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(WAIT_MS));
    assertThat(waker).succeedsWithin(Duration.ofMillis(WAIT_MS));
  }

  @Test
  void wakeupBeforehandEndsTheNextPoll() {
    poller.wakeup();
    poller.wakeup();
    long start = System.nanoTime();

    poller.poll(2 * WAIT_MS);

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(WAIT_MS));
  }

  @Test
  void wakeupIsNotLostWhenAWatchEnds() throws Exception {
    ListenSocket listener = listen();
    poller.watch(listener, () -> {});
    poller.wakeup();
    poller.unwatch(listener);
    long start = System.nanoTime();

    poller.poll(2 * WAIT_MS);

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(WAIT_MS));
  }

  @Test
  void pollWithoutEventsEndsAfterItsTimeout() {
    long start = System.nanoTime();

    assertThat(poller.poll(30)).isZero();

    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofMillis(25), Duration.ofMillis(WAIT_MS));
  }

  @Test
  void bytesForASocketClosedInTheSameBatchReachNobody() throws Exception {
    onlyOneOfTwoHears(peer -> send(peer, "x"));
  }

  @Test
  void resetOfASocketClosedInTheSameBatchReachesNobody() throws Exception {
    onlyOneOfTwoHears(
        peer -> {
          peer.setSoLinger(true, 0);
          peer.close();
        });
  }

  private interface PeerAction {
    void act(Socket peer) throws IOException;
  }

  /** Both peers act, and whichever end hears of it first closes the other. */
  private void onlyOneOfTwoHears(PeerAction action) throws IOException {
    for (int round = 0; round < 20; round++) {
      End one = end();
      End other = end();
      pollUntilQuiet();
      one.onReady = () -> closeOneOf(one, other);
      other.onReady = () -> closeOneOf(other, one);

      action.act(one.peer);
      action.act(other.peer);
      pollUntil(() -> one.closed || other.closed);
      poller.poll(0);
      poller.poll(0);

      assertThat(one.eventsAfterClose + other.eventsAfterClose).as("round %d", round).isZero();
      assertThat(one.closed && other.closed).as("round %d", round).isFalse();
    }
  }

  @Test
  void eventOfAClosedSocketDoesNotReachItsSuccessor() throws Exception {
    for (int round = 0; round < 20; round++) {
      End one = end();
      End other = end();
      ListenSocket listener = listen();
      End successor = new End(peerOf(listener));
      pollUntilQuiet();
      one.onReady = () -> replace(other, successor, listener);
      other.onReady = () -> replace(one, successor, listener);

      send(one.peer, "x");
      send(other.peer, "x");
      pollUntil(() -> successor.socket != null);

      assertThat(successor.events).as("events in the batch of round %d", round).isZero();
    }
  }

  @Test
  void usageCountsSockets() throws Exception {
    assertThat(poller.usage().sockets()).isZero();
    End one = end();
    End other = end();
    assertThat(poller.usage().sockets()).isEqualTo(2);

    one.close();
    other.reset();

    assertThat(poller.usage().sockets()).isZero();
  }

  private Callable<Void> wakeOnce() {
    return () -> {
      poller.wakeup();
      return null;
    };
  }

  private static void closeOneOf(End ready, End victim) {
    if (!ready.closed && !victim.closed) {
      victim.close();
    }
  }

  private void replace(End victim, End successor, ListenSocket listener) {
    if (successor.socket == null) {
      victim.close();
      successor.attach(poller, poller.accept(listener));
    }
  }
}
