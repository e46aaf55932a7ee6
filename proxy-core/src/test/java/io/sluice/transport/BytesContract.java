package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.Errno;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Bytes that we say and hear ourselves, without a pump. */
abstract class BytesContract extends ContractFixture {

  private static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  private long receiveWhenReady(End end, ByteBuffer target) {
    long[] result = new long[1];
    pollUntil(
        () -> {
          if (!end.socket.isReadable()) {
            return false;
          }
          result[0] = end.socket.receive(target);
          return !Errno.wouldBlock(result[0]);
        });
    return result[0];
  }

  @Test
  void whatIsSentArrivesAndThePositionMoves() throws Exception {
    End end = end();
    pollUntil(() -> end.socket.isWritable());
    ByteBuffer text = ascii("..hello");
    text.position(2);

    assertThat(end.socket.send(text)).isEqualTo(5);

    assertThat(text.hasRemaining()).isFalse();
    assertThat(receive(end.peer, 5)).isEqualTo("hello");
  }

  @Test
  void noMoreIsReceivedThanThereIsRoomFor() throws Exception {
    End end = end();
    send(end.peer, "hello");
    ByteBuffer small = ByteBuffer.allocate(4);
    small.position(1);

    assertThat(receiveWhenReady(end, small)).isEqualTo(3);
    assertThat(small.hasRemaining()).isFalse();
    assertThat(new String(small.array(), 1, 3, StandardCharsets.US_ASCII)).isEqualTo("hel");

    ByteBuffer rest = ByteBuffer.allocate(10);
    assertThat(receiveWhenReady(end, rest)).isEqualTo(2);
    assertThat(rest.position()).isEqualTo(2);
  }

  @Test
  void nothingIsEagainAndTheEndIsZero() throws Exception {
    End end = end();
    pollUntilQuiet();
    ByteBuffer target = ByteBuffer.allocate(10);
    assertThat(end.socket.receive(target)).isEqualTo(-Errno.EAGAIN);
    assertThat(end.socket.isReadable()).isFalse();

    end.peer.shutdownOutput();

    assertThat(receiveWhenReady(end, target)).isZero();
    assertThat(target.position()).isZero();
  }

  @Test
  void aResetIsAnErrorAndBreaksTheSocket() throws Exception {
    End end = end();
    end.peer.setSoLinger(true, 0);
    end.peer.close();

    assertThat(receiveWhenReady(end, ByteBuffer.allocate(10))).isEqualTo(-Errno.ECONNRESET);
    assertThat(end.socket.isBroken()).isTrue();
    pollUntil(() -> end.socket.send(ascii("x")) < 0);
  }

  @Test
  void aFullSocketTakesAPartAndTheRestLater() throws Exception {
    End end = end();
    byte[] content = new byte[8 << 20];
    new Random(3).nextBytes(content);
    ByteBuffer source = ByteBuffer.wrap(content);
    pollUntil(() -> end.socket.isWritable());
    while (end.socket.isWritable() && source.hasRemaining()) { // Its peer does not read.
      end.socket.send(source);
    }
    assertThat(source.hasRemaining()).as("8 MiB are more than the kernel keeps").isTrue();

    Future<byte[]> received = beside(() -> end.peer.getInputStream().readNBytes(content.length));
    pollUntil(
        () -> {
          while (end.socket.isWritable() && source.hasRemaining()) {
            end.socket.send(source);
          }
          return !source.hasRemaining();
        });

    assertThat(resultOf(received)).isEqualTo(content);
  }
}
