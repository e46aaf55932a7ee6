package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.Errno;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What waits for a mirror: what a pump duplicates arrives whole, once and in order. */
abstract class BacklogContract extends ContractFixture {
  private static final int BUFFER_BYTES = 64 << 10;

  private Backlog backlog() {
    return poller.backlog(BUFFER_BYTES);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void isBornEmptyAndHasBorrowedNothing() {
    Backlog backlog = backlog();
    assertThat(backlog.bytes()).isZero();
    assertThat(poller.usage().pipesInUse()).isZero();
    backlog.trim();
    assertThat(backlog.release()).isZero();
  }

  @Test
  void whatIsDuplicatedGoesToTheMirrorAndStillToTheTarget() throws Exception {
    End source = end();
    End target = end();
    End mirror = end();
    Pump pump = pump(source, target);
    Backlog backlog = backlog();
    send(source.peer, "text");
    assertThat(fillWhenReady(pump, source)).isEqualTo(4);

    assertThat(pump.duplicate(backlog)).isEqualTo(4);
    assertThat(pump.buffered()).isEqualTo(4);
    assertThat(backlog.bytes()).isEqualTo(4);
    assertThat(backlog.teedBytes() + backlog.copiedBytes()).isEqualTo(4);
    assertThat(pump.drain(Long.MAX_VALUE)).isEqualTo(4);
    pollUntil(() -> mirror.socket.isWritable());
    assertThat(backlog.sendTo(mirror.socket)).isEqualTo(4);
    assertThat(backlog.bytes()).isZero();
    backlog.trim();
    assertThat(poller.usage().pipesInUse()).isZero();

    assertThat(receive(target.peer, 4)).isEqualTo("text");
    assertThat(receive(mirror.peer, 4)).isEqualTo("text");
  }

  @Test
  void aPartialDrainLeavesTheRestAtTheHead() throws Exception {
    End source = end();
    End target = end();
    End mirror = end();
    Pump pump = pump(source, target);
    Backlog backlog = backlog();
    send(source.peer, "abcdef");
    assertThat(fillWhenReady(pump, source)).isEqualTo(6);
    assertThat(pump.drain(2)).isEqualTo(2);
    pump.hold();

    assertThat(pump.duplicate(backlog)).isEqualTo(4);
    assertThat(pump.drain(Long.MAX_VALUE)).isEqualTo(4);
    pollUntil(() -> mirror.socket.isWritable());
    assertThat(backlog.sendTo(mirror.socket)).isEqualTo(4);
    assertThat(receive(mirror.peer, 4)).isEqualTo("cdef");
    assertThat(receive(target.peer, 6)).isEqualTo("abcdef");
    backlog.release();
  }

  @Test
  void whatIsAddedStandsBeforeWhatIsDuplicatedLater() throws Exception {
    End source = end();
    End mirror = end();
    Pump pump = pump(source, end());
    Backlog backlog = backlog();
    assertThat(backlog.add(ascii("head:"))).isEqualTo(5);
    send(source.peer, "body");
    fillWhenReady(pump, source);
    assertThat(pump.duplicate(backlog)).isEqualTo(4);
    pollUntil(() -> mirror.socket.isWritable());
    while (backlog.bytes() > 0) {
      assertThat(backlog.sendTo(mirror.socket)).isPositive();
    }
    assertThat(receive(mirror.peer, 9)).isEqualTo("head:body");
    backlog.release();
  }

  @Test
  void holdsNoMoreThanItsBufferAndSaysEagain() {
    Backlog backlog = backlog();
    assertThat(backlog.add(new byte[BUFFER_BYTES])).isEqualTo(BUFFER_BYTES);
    assertThat(backlog.add(new byte[1])).isEqualTo(-Errno.EAGAIN);
    assertThat(backlog.bytes()).isEqualTo(BUFFER_BYTES);
    assertThat(backlog.release()).isEqualTo(BUFFER_BYTES);
  }

  @Test
  void contentThatDoesNotFitWholeIsNotAddedAtAll() {
    Backlog backlog = backlog();
    assertThat(backlog.add(new byte[BUFFER_BYTES - 2])).isPositive();
    assertThat(backlog.add(new byte[3])).isEqualTo(-Errno.EAGAIN);
    assertThat(backlog.bytes()).isEqualTo(BUFFER_BYTES - 2);
    backlog.release();
  }

  @Test
  void releaseDropsWhatWaitsAndTheNextBytesAreTheOnlyOnes() throws Exception {
    End mirror = end();
    Backlog backlog = backlog();
    backlog.add(ascii("secret"));
    assertThat(backlog.release()).isEqualTo(6);
    backlog.add(ascii("public"));
    pollUntil(() -> mirror.socket.isWritable());
    assertThat(backlog.sendTo(mirror.socket)).isEqualTo(6);
    assertThat(receive(mirror.peer, 6)).isEqualTo("public");
    backlog.trim();
  }

  @Test
  void aFullSocketKeepsTheRestHere() throws Exception {
    End mirror = end();
    Backlog backlog = backlog();
    byte[] content = new byte[BUFFER_BYTES];
    new Random(1).nextBytes(content);
    pollUntil(() -> mirror.socket.isWritable());
    long sent = 0;
    long rounds = 0;
    while (mirror.socket.isWritable()) { // Its peer does not read.
      assertThat(rounds++).as("64 KiB each").isLessThan(1000);
      if (backlog.bytes() == 0) {
        backlog.add(content);
      }
      long count = backlog.sendTo(mirror.socket);
      sent += Math.max(count, 0);
    }
    long waiting = backlog.bytes();
    assertThat(waiting).isPositive();
    long all = sent + waiting;
    Future<byte[]> received = beside(() -> mirror.peer.getInputStream().readNBytes((int) all));
    pollUntil(
        () -> {
          while (backlog.bytes() > 0 && mirror.socket.isWritable()) {
            backlog.sendTo(mirror.socket);
          }
          return backlog.bytes() == 0;
        });
    byte[] got = resultOf(received);
    for (int i = 0; i < got.length; i++) {
      if (got[i] != content[i % BUFFER_BYTES]) {
        throw new AssertionError("wrong byte at " + i);
      }
    }
    backlog.trim();
  }

  @Test
  void aBrokenSocketIsAnErrorAndTheBytesStay() throws Exception {
    End mirror = end();
    Backlog backlog = backlog();
    mirror.peer.setSoLinger(true, 0);
    mirror.peer.close();
    backlog.add(ascii("x".repeat(100)));
    long[] result = new long[1];
    pollUntil(
        () -> {
          if (backlog.bytes() == 0) {
            backlog.add(ascii("x"));
          }
          result[0] = backlog.sendTo(mirror.socket);
          return result[0] < 0 && result[0] != -Errno.EAGAIN;
        });
    assertThat(backlog.bytes()).isPositive();
    backlog.release();
  }

  @Test
  void receivesNoMoreThanThereIsRoomForAndLosesNothing() throws Exception {
    End source = end();
    End mirror = end();
    byte[] content = new byte[400_000];
    new Random(2).nextBytes(content);
    Future<?> sending =
        beside(
            () -> {
              // Segments that leave a part of each page free.
              for (int at = 0; at < content.length; at += 2500) {
                source.peer.getOutputStream().write(content, at, 2500);
              }
              source.peer.shutdownOutput();
              return null;
            });
    Future<byte[]> arriving = beside(() -> mirror.peer.getInputStream().readNBytes(content.length));
    Backlog backlog = backlog();
    boolean[] eof = new boolean[1];
    pollUntil(
        () -> {
          long received = -Errno.EAGAIN;
          while (source.socket.isReadable()
              && !eof[0]
              && (received = backlog.receiveFrom(source.socket)) > 0) {
            assertThat(backlog.bytes()).isLessThanOrEqualTo(BUFFER_BYTES);
          }
          eof[0] |= received == 0;
          assertThat(received >= 0 || received == -Errno.EAGAIN).isTrue();
          while (backlog.bytes() > 0 && mirror.socket.isWritable()) {
            assertThat(backlog.sendTo(mirror.socket)).isGreaterThanOrEqualTo(-Errno.EAGAIN);
          }
          return eof[0] && backlog.bytes() == 0;
        });
    resultOf(sending);
    assertThat(resultOf(arriving)).isEqualTo(content);
    backlog.trim();
  }

  @Test
  void receivesOnlyWhatItKeepsAndAFileGetsExactlyTheNextBytes(@TempDir Path folder)
      throws Exception {
    End source = end();
    int added = PUMP.pipeBytes() - 4096;
    int sent = 4196;
    byte[] content = new byte[added + sent];
    new Random(3).nextBytes(content);
    Backlog backlog = poller.backlog(PUMP.pipeBytes());
    assertThat(backlog.add(Arrays.copyOf(content, added))).isEqualTo(added);
    try (OutputFile file = transport.createFile(folder, "f")) {
      // The rest of its page stays: a pipe has room for 4196 bytes now, but slots for 4096.
      backlog.writeTo(file, 100);
      source.peer.getOutputStream().write(content, added, sent);
      for (int received = 0; received < sent; ) {
        pollUntil(() -> source.socket.isReadable());
        received += (int) Math.max(0, backlog.receiveFrom(source.socket));
        backlog.writeTo(file, Math.min(3000, backlog.bytes()));
      }
      backlog.writeTo(file, backlog.bytes());
      assertThat(file.position()).isEqualTo(content.length);
    }
    assertThat(folder.resolve("f")).hasBinaryContent(content);
    backlog.trim();
  }
}
