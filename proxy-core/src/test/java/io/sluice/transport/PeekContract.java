package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.linux.Errno;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Looking at bytes without taking them, skipping them, and writing beside a pump. */
abstract class PeekContract extends ContractFixture {
  private static final int LARGE_BYTES = 96 << 10;

  private final ByteBuffer seen = ByteBuffer.allocate(LARGE_BYTES);

  /** What a peek finds; the result it gave is the text's length, or is returned as a number. */
  private String peek(End end) {
    seen.clear();
    long count = end.socket.peek(seen);
    if (count <= 0) {
      assertThat(seen.position()).isZero();
      return String.valueOf(count);
    }
    assertThat(seen.position()).isEqualTo((int) count);
    return new String(seen.array(), 0, (int) count, StandardCharsets.US_ASCII);
  }

  private void peekUntil(End end, String expected) {
    pollUntil(() -> end.socket.isReadable() && peek(end).equals(expected));
  }

  @Test
  void whatWasSeenIsReadAgainAndBeforeEverythingElse() throws Exception {
    End end = end();
    Pump echo = pump(end, end);
    send(end.peer, "hello ");
    peekUntil(end, "hello ");
    assertThat(peek(end)).isEqualTo("hello ");
    assertThat(end.socket.isReadable()).isTrue();
    send(end.peer, "world");
    end.peer.shutdownOutput();

    OneWay flow = new OneWay(echo, end.socket, end.socket);
    pollUntil(flow::turn);

    assertThat(receiveAll(end.peer)).isEqualTo("hello world");
  }

  @Test
  void nothingToSeeIsWouldBlockAndComesBack() throws Exception {
    End end = end();
    pollUntilQuiet();

    assertThat(peek(end)).isEqualTo(String.valueOf(-Errno.EAGAIN));
    assertThat(end.socket.isReadable()).isFalse();
    send(end.peer, "x");

    peekUntil(end, "x");
  }

  /** Edges: each segment behind untaken bytes must be heard of. */
  @Test
  void everySegmentBehindUntakenBytesIsReported() throws Exception {
    End end = end();
    StringBuilder sent = new StringBuilder();
    for (int i = 0; i < 50; i++) {
      int before = end.events;
      send(end.peer, String.valueOf((char) ('a' + i % 26)));
      sent.append((char) ('a' + i % 26));
      pollUntil(() -> end.events > before);
      assertThat(peek(end)).isEqualTo(sent.toString());
    }
    int before = end.events;
    end.peer.shutdownOutput();
    pollUntil(() -> end.events > before);
    assertThat(peek(end)).isEqualTo(sent.toString());
    assertThat(end.socket.isInputEnded()).isTrue();
  }

  @Test
  void aLookAtFewBytesHidesNone() throws Exception {
    End end = end();
    send(end.peer, "0123456789");
    peekUntil(end, "0123456789");
    ByteBuffer few = ByteBuffer.allocate(4);

    assertThat(end.socket.peek(few)).isEqualTo(4);
    assertThat(new String(few.array(), StandardCharsets.US_ASCII)).isEqualTo("0123");
    assertThat(peek(end)).isEqualTo("0123456789");
    few.clear().position(2);
    assertThat(end.socket.peek(few)).isEqualTo(2);
    assertThat(new String(few.array(), StandardCharsets.US_ASCII)).isEqualTo("0101");
  }

  @Test
  void skippedBytesAreGoneAndTheOthersStay() throws Exception {
    End end = end();
    Pump echo = pump(end, end);
    send(end.peer, "headpayload");
    peekUntil(end, "headpayload");

    end.socket.skip(4);

    assertThat(peek(end)).isEqualTo("payload");
    assertThat(echo.fill()).isEqualTo(7);
    assertThat(echo.drain(Long.MAX_VALUE)).isEqualTo(7);
    assertThat(receive(end.peer, 7)).isEqualTo("payload");
  }

  @Test
  void afterSkippingAllNewsComeAsEver() throws Exception {
    End end = end();
    Pump echo = pump(end, end);
    send(end.peer, "head");
    peekUntil(end, "head");
    end.socket.skip(4);
    assertThat(peek(end)).isEqualTo(String.valueOf(-Errno.EAGAIN));

    send(end.peer, "payload");

    assertThat(fillWhenReady(echo, end)).isEqualTo(7);
    echo.release();
  }

  @Test
  void whatIsNotThereCannotBeSkipped() throws Exception {
    End end = end();
    send(end.peer, "abc");
    peekUntil(end, "abc");

    assertThatThrownBy(() -> end.socket.skip(4)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void finBehindPartialDataIsKnownAndFoundAgain() throws Exception {
    End end = end();
    Pump echo = pump(end, end);
    send(end.peer, "part");
    end.peer.shutdownOutput();
    pollUntil(() -> end.socket.isReadable() && peek(end).equals("part") && ended(end));

    assertThat(end.socket.isEnded()).isFalse();
    end.socket.skip(2);
    assertThat(echo.fill()).isEqualTo(2);
    echo.release();
    assertThat(peek(end)).isEqualTo("0");
    assertThat(end.socket.isEnded()).isTrue();
    assertThat(end.socket.isReadable()).isTrue();
    assertThat(echo.fill()).isZero();
    assertThat(end.socket.isBroken()).isFalse();
  }

  /** A second look may be what finds the end: no new event tells of it then. */
  private boolean ended(End end) {
    peek(end);
    return end.socket.isInputEnded();
  }

  @Test
  void finWithoutDataIsEof() throws Exception {
    End end = end();
    end.peer.shutdownOutput();
    pollUntil(() -> end.events > 0);

    assertThat(end.socket.isEnded()).isTrue();
    assertThat(peek(end)).isEqualTo("0");
    assertThat(peek(end)).isEqualTo("0");
    assertThat(end.socket.isInputEnded()).isTrue();
  }

  @Test
  void aStreamThatGoesOnHasNotEnded() throws Exception {
    End end = end();
    send(end.peer, "x");
    pollUntil(() -> end.events > 0);

    assertThat(end.socket.isEnded()).isFalse();
    assertThat(end.socket.isInputEnded()).isFalse();
    assertThat(peek(end)).isEqualTo("x");
  }

  @Test
  void resetBehindPartialDataIsFoundAfterIt() throws Exception {
    End end = end();
    Pump echo = pump(end, end);
    send(end.peer, "part");
    peekUntil(end, "part");
    end.peer.setSoLinger(true, 0);
    end.peer.close();
    pollUntil(() -> ended(end));

    assertThat(peek(end)).isEqualTo("part");
    end.socket.skip(4);
    long filled = fillWhenReady(echo, end);
    // The JDK's peer may lose the race between the reset and its own bytes; epoll tells ECONNRESET.
    assertThat(filled).isEqualTo(-Errno.ECONNRESET);
    assertThat(end.socket.isBroken()).isTrue();
  }

  @Test
  void moreThanTheLoopsBufferCanBeSeen() throws Exception {
    End end = end();
    byte[] large = new byte[LARGE_BYTES - 7];
    new Random(1).nextBytes(large);
    Future<Void> sending =
        beside(
            () -> {
              end.peer.getOutputStream().write(large);
              return null;
            });
    pollUntil(
        () -> {
          seen.clear();
          return end.socket.isReadable() && end.socket.peek(seen) == large.length;
        });
    resultOf(sending);

    assertThat(seen.flip()).isEqualTo(ByteBuffer.wrap(large));
  }

  @Test
  void whatIsSentBesideAPumpArrivesBeforeIt() throws Exception {
    End end = end();
    Pump echo = pump(end, end);
    ByteBuffer header = ByteBuffer.wrap("xhead".getBytes(StandardCharsets.US_ASCII)).position(1);

    assertThat(end.socket.send(header)).isEqualTo(4);
    assertThat(header.hasRemaining()).isFalse();
    send(end.peer, "echo");
    assertThat(fillWhenReady(echo, end)).isEqualTo(4);
    assertThat(echo.drain(Long.MAX_VALUE)).isEqualTo(4);

    assertThat(receive(end.peer, 8)).isEqualTo("headecho");
  }

  @Test
  void whatDoesNotFitIsSentLater() throws Exception {
    End end = end();
    byte[] large = new byte[16 << 20];
    new Random(2).nextBytes(large);
    ByteBuffer left = ByteBuffer.wrap(large);
    boolean[] full = new boolean[1];
    while (!full[0]) {
      full[0] = end.socket.send(left) == -Errno.EAGAIN;
    }
    assertThat(end.socket.isWritable()).isFalse();
    Future<byte[]> received = beside(() -> end.peer.getInputStream().readNBytes(large.length));

    pollUntil(
        () -> {
          while (left.hasRemaining() && end.socket.isWritable()) {
            assertThat(end.socket.send(left)).isNotZero();
          }
          return !left.hasRemaining();
        });

    assertThat(resultOf(received)).isEqualTo(large);
  }

  @Test
  void sendingToWhoHasResetIsAnError() throws Exception {
    End end = end();
    end.peer.setSoLinger(true, 0);
    end.peer.close();
    pollUntil(() -> end.events > 0);
    ByteBuffer bytes = ByteBuffer.allocate(1);

    long[] sent = new long[1];
    pollUntil(() -> (sent[0] = end.socket.send(bytes)) < 0);

    assertThat(sent[0]).isIn(-(long) Errno.ECONNRESET, -(long) Errno.EPIPE);
    assertThat(end.socket.isBroken()).isTrue();
  }
}
