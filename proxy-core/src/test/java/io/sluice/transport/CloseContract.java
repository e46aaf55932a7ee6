package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.linux.Errno;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** How connections end, seen from both sides. */
abstract class CloseContract extends ContractFixture {

  @Test
  void closeIsEofForThePeerAfterTheBytesBeforeIt() throws Exception {
    End end = end();
    Pump echo = pump(end, end);
    send(end.peer, "farewell");
    assertThat(fillWhenReady(echo, end)).isEqualTo(8);
    assertThat(echo.drain(Long.MAX_VALUE)).isEqualTo(8);

    end.close();
    poller.poll(0);

    assertThat(receiveAll(end.peer)).isEqualTo("farewell");
  }

  @Test
  void resetIsConnectionResetForThePeer() throws Exception {
    End end = end();

    end.reset();
    poller.poll(0);

    assertThatThrownBy(() -> end.peer.getInputStream().read())
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("Connection reset");
  }

  @Test
  void resetOfAConnectionThatBelongsToNoLoopReachesThePeer() throws Exception {
    ListenSocket listener = listen();
    Socket peer = peerOf(listener);

    acceptOne(poller, listener).reset();

    assertThatThrownBy(() -> peer.getInputStream().read()).hasMessageContaining("reset");
  }

  @Test
  void shutdownOutputIsEofForThePeerAndNotTheEnd() throws Exception {
    End end = end();
    Pump echo = pump(end, end);

    end.socket.shutdownOutput();
    assertThat(end.peer.getInputStream().read()).isEqualTo(-1);
    send(end.peer, "still heard");

    assertThat(fillWhenReady(echo, end)).isEqualTo(11);
    assertThat(end.socket.isBroken()).isFalse();
  }

  @Test
  void resetByThePeerComesAfterTheBytesBeforeIt() throws Exception {
    End source = end();
    End target = end();
    Pump pump = pump(source, target);
    send(source.peer, "before");
    source.peer.setSoLinger(true, 0);
    source.peer.close();

    assertThat(fillWhenReady(pump, source)).isEqualTo(6);
    assertThat(pump.drain(Long.MAX_VALUE)).isEqualTo(6);
    assertThat(fillWhenReady(pump, source)).isEqualTo(-Errno.ECONNRESET);

    assertThat(source.socket.isBroken()).isTrue();
    assertThat(target.socket.isBroken()).isFalse();
    assertThat(receive(target.peer, 6)).isEqualTo("before");
  }

  @Test
  void resetByThePeerWakesTheOneWhoReads() throws Exception {
    End end = end();
    Pump echo = pump(end, end);
    assertThat(echo.fill()).isEqualTo(-Errno.EAGAIN);
    pollUntilQuiet();
    int before = end.events;

    end.peer.setSoLinger(true, 0);
    end.peer.close();

    pollUntil(() -> end.events > before);
    assertThat(end.socket.isReadable()).isTrue();
    assertThat(echo.fill()).isEqualTo(-Errno.ECONNRESET);
  }

  @Test
  void resetByThePeerWakesTheOneWhoWaitsForRoom() throws Exception {
    End source = end();
    End target = end();
    OneWay flow = new OneWay(pump(source, target), source.socket, target.socket);
    byte[] bulk = new byte[1 << 20];
    Future<?> writer =
        beside(
            () -> {
              while (true) {
                source.peer.getOutputStream().write(bulk);
              }
            });
    pollUntil(() -> flow.turn() || flow.blocked > 0);
    assertThat(flow.error).isZero();

    target.peer.setSoLinger(true, 0);
    target.peer.close();
    pollUntil(flow::turn);

    assertThat(flow.error).isIn((long) -Errno.ECONNRESET, (long) -Errno.EPIPE);
    assertThat(target.socket.isBroken()).isTrue();
    source.reset();
    poller.poll(0);
    assertThat(writer).failsWithin(Duration.ofMillis(WAIT_MS));
  }

  @Test
  void writeToAClosedPeerFailsAndItsLastBytesStillArrive() throws Exception {
    End source = end();
    End target = end();
    Pump there = pump(source, target);
    send(target.peer, "late");
    target.peer.close();

    long[] failed = new long[1];
    pollUntil(() -> (failed[0] = sendThrough(there, source)) < 0);

    assertThat(failed[0]).isIn((long) -Errno.ECONNRESET, (long) -Errno.EPIPE);
    assertThat(target.socket.isBroken()).isTrue();
    Pump back = pump(target, source);
    assertThat(fillWhenReady(back, target)).isEqualTo(4);
    assertThat(back.drain(Long.MAX_VALUE)).isEqualTo(4);
    assertThat(receive(source.peer, 4)).isEqualTo("late");
  }

  @Test
  void failedDrainLeavesTheLoopToOtherPumps() throws Exception {
    End source = end();
    End target = end();
    End other = end();
    Pump there = pump(source, target);
    Pump echo = pump(other, other);
    target.peer.close();
    pollUntil(() -> sendThrough(there, source) < 0);

    send(other.peer, "going on");
    assertThat(fillWhenReady(echo, other)).isEqualTo(8);
    assertThat(echo.drain(Long.MAX_VALUE)).isEqualTo(8);

    assertThat(receive(other.peer, 8)).isEqualTo("going on");
    assertThat(there.release()).isPositive();
  }

  @Test
  void shutdownOutputOfABrokenSocketIsHarmless() throws Exception {
    End end = end();
    Pump echo = pump(end, end);
    end.peer.setSoLinger(true, 0);
    end.peer.close();
    assertThat(fillWhenReady(echo, end)).isEqualTo(-Errno.ECONNRESET);

    assertThatCode(end.socket::shutdownOutput).doesNotThrowAnyException();
    assertThatCode(end.socket::shutdownOutput).doesNotThrowAnyException();
    end.reset();

    assertThat(poller.usage().sockets()).isZero();
  }

  @Test
  void closedPollerResetsWhatIsStillOpen() throws Exception {
    ListenSocket listener = listen();
    Socket peer = peerOf(listener);
    Poller closing = transport.openPoller(PUMP);
    StreamSocket socket = acceptOne(closing, listener);
    assertThat(closing.attach(socket, () -> {})).isZero();

    closing.close();

    assertThatThrownBy(() -> peer.getInputStream().read()).hasMessageContaining("reset");
  }

  /** One byte from the source's peer to the pump's target: what drain says, or 0. */
  private static long sendThrough(Pump pump, End source) {
    if (pump.buffered() == 0) {
      try {
        send(source.peer, "x");
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      long filled = pump.fill();
      if (filled < 0) {
        assertThat(filled).isEqualTo(-Errno.EAGAIN);
        return 0;
      }
    }
    return pump.drain(Long.MAX_VALUE);
  }
}
