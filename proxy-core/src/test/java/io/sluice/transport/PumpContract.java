package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.sluice.linux.Errno;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Moving bytes: order, EOF, half-close, targets that block, and what is borrowed meanwhile. */
abstract class PumpContract extends ContractFixture {

  private static final int BULK_BYTES = 8 << 20;

  long maxBytesPerEvent() {
    return 0;
  }

  @Test
  void eofComesAfterTheBytesBeforeIt() throws Exception {
    End end = end();
    Pump echo = pump(end, end);
    send(end.peer, "last words");
    end.peer.shutdownOutput();

    long received = 0;
    long filled;
    while ((filled = fillWhenReady(echo, end)) != 0) {
      assertThat(filled).isPositive();
      received += filled;
      assertThat(echo.drain(Long.MAX_VALUE)).isEqualTo(filled);
    }

    assertThat(received).isEqualTo(10);
    assertThat(end.socket.isBroken()).isFalse();
    assertThat(echo.buffered()).isZero();
    assertThat(receive(end.peer, 10)).isEqualTo("last words");
  }

  @Test
  void eofIsNotReportedWhileTheSourceIsOnlySilent() throws Exception {
    End end = end();
    Pump echo = pump(end, end);

    for (int i = 0; i < 10; i++) {
      assertThat(echo.fill()).isEqualTo(-Errno.EAGAIN);
      poller.poll(1);
    }

    end.peer.shutdownOutput();
    assertThat(fillWhenReady(echo, end)).isZero();
  }

  @Test
  void halfCloseFromTheClientLetsTheServerAnswer() throws Exception {
    halfCloseLetsTheOtherAnswer(end(), end());
  }

  @Test
  void halfCloseFromTheServerLetsTheClientAnswer() throws Exception {
    End client = end();
    halfCloseLetsTheOtherAnswer(end(), client);
  }

  private void halfCloseLetsTheOtherAnswer(End first, End second) throws Exception {
    OneWay there = new OneWay(pump(first, second), first.socket, second.socket);
    OneWay back = new OneWay(pump(second, first), second.socket, first.socket);
    send(first.peer, "question");
    first.peer.shutdownOutput();
    pollUntil(there::turn);
    assertThat(back.turn()).isFalse();
    assertThat(there.done).isTrue();
    assertThat(receiveAll(second.peer)).isEqualTo("question");

    send(second.peer, "answer");
    second.peer.shutdownOutput();
    pollUntil(back::turn);

    assertThat(back.done).isTrue();
    assertThat(receiveAll(first.peer)).isEqualTo("answer");
  }

  @Test
  void blockedTargetGetsEverythingInOrderOnceItReads() throws Exception {
    long seed = seed();
    End source = end();
    End target = end();
    FlowCounters counters = new FlowCounters();
    Pump pump = pump(source, target, counters);
    OneWay flow = new OneWay(pump, source.socket, target.socket);
    Future<String> sent = beside(() -> sendBulk(source.peer, seed));

    pollUntil(() -> flow.turn() || (flow.blocked > 0 && !target.socket.isWritable()));
    assertThat(flow.done).isFalse();
    assertThat(pump.buffered()).isPositive();
    assertThat(counters.stalls).isPositive();
    Poller.Usage blocked = poller.usage();
    assertThat(blocked.buffersInUse() + blocked.pipesInUse()).isEqualTo(1);

    Future<String> received = beside(() -> hashOf(target.peer));
    pollUntil(() -> flow.turn() && received.isDone());

    assertThat(resultOf(received)).as("seed %d", seed).isEqualTo(resultOf(sent));
    assertThat(flow.error).isZero();
    assertThat(counters.bytes()).isEqualTo(BULK_BYTES);
    assertThat(pump.buffered()).isZero();
    assertThat(poller.usage().buffersInUse() + poller.usage().pipesInUse()).isZero();
  }

  @Test
  void bytesMayBeDrainedInPartsOfAnySize() throws Exception {
    End source = end();
    End target = end();
    Pump pump = pump(source, target);
    send(source.peer, "abcdefgh");
    assertThat(fillWhenReady(pump, source)).isEqualTo(8);

    assertThat(pump.drain(2)).isEqualTo(2);
    pump.hold();
    assertThat(pump.drain(1)).isEqualTo(1);
    assertThat(pump.drain(2)).isEqualTo(2);
    assertThat(pump.drain(Long.MAX_VALUE)).isEqualTo(3);

    assertThat(pump.buffered()).isZero();
    assertThat(receive(target.peer, 8)).isEqualTo("abcdefgh");
  }

  @Test
  void drainIntoFullTargetIsWouldBlockAndChangesNothing() throws Exception {
    End source = end();
    End target = end();
    Pump pump = pump(source, target);
    OneWay flow = new OneWay(pump, source.socket, target.socket);
    Future<String> sent = beside(() -> sendBulk(source.peer, 1));
    long[] buffered = new long[1];
    // The kernel may find room for a little more at any time, and tells only of much.
    pollUntil(
        () -> {
          flow.turn();
          buffered[0] = pump.buffered();
          return buffered[0] > 0
              && pump.drain(Long.MAX_VALUE) == -Errno.EAGAIN
              && pump.drain(Long.MAX_VALUE) == -Errno.EAGAIN;
        });

    assertThat(pump.buffered()).isEqualTo(buffered[0]).isPositive();
    assertThat(target.socket.isWritable()).isFalse();
    assertThat(target.socket.isBroken()).isFalse();
    int before = target.events;
    Future<String> received = beside(() -> hashOf(target.peer));
    pollUntil(target.socket::isWritable);
    assertThat(target.events).isGreaterThan(before);
    assertThat(pump.drain(Long.MAX_VALUE)).isPositive();
    pollUntil(() -> flow.turn() && received.isDone());
    assertThat(resultOf(received)).isEqualTo(resultOf(sent));
  }

  @Test
  void heldBytesSurviveOtherPumps() throws Exception {
    End first = end();
    End second = end();
    End target = end();
    Pump held = pump(first, target);
    Pump busy = pump(second, second);

    send(first.peer, "kept for later");
    assertThat(fillWhenReady(held, first)).isEqualTo(14);
    held.hold();
    held.hold();
    for (int i = 0; i < 3; i++) {
      send(second.peer, "OVERWRITTEN? NO");
      assertThat(fillWhenReady(busy, second)).isEqualTo(15);
      assertThat(busy.drain(Long.MAX_VALUE)).isEqualTo(15);
      assertThat(receive(second.peer, 15)).isEqualTo("OVERWRITTEN? NO");
    }

    assertThat(held.buffered()).isEqualTo(14);
    assertThat(held.drain(Long.MAX_VALUE)).isEqualTo(14);
    assertThat(held.buffered()).isZero();
    assertThat(receive(target.peer, 14)).isEqualTo("kept for later");
  }

  @Test
  void releaseForgetsWhatWasHeld() throws Exception {
    End end = end();
    Pump echo = pump(end, end);
    send(end.peer, "12345");
    assertThat(fillWhenReady(echo, end)).isEqualTo(5);
    echo.hold();

    assertThat(echo.release()).isEqualTo(5);

    assertThat(echo.buffered()).isZero();
    assertThat(poller.usage().buffersInUse() + poller.usage().pipesInUse()).isZero();
    assertThat(echo.release()).isZero();
    echo.hold();
    send(end.peer, "67");
    assertThat(fillWhenReady(echo, end)).isEqualTo(2);
    assertThat(echo.drain(Long.MAX_VALUE)).isEqualTo(2);
    assertThat(receive(end.peer, 2)).isEqualTo("67");
  }

  @Test
  void releaseRightAfterFillFreesTheLoopForOtherPumps() throws Exception {
    End first = end();
    End second = end();
    Pump released = pump(first, first);
    Pump other = pump(second, second);
    send(first.peer, "12345");
    send(second.peer, "67");
    assertThat(fillWhenReady(released, first)).isEqualTo(5);

    assertThat(released.release()).isEqualTo(5);

    assertThat(fillWhenReady(other, second)).isEqualTo(2);
    assertThat(other.drain(Long.MAX_VALUE)).isEqualTo(2);
    assertThat(receive(second.peer, 2)).isEqualTo("67");
  }

  @Test
  void manySmallWritesReachASlowReaderExactly() throws Exception {
    long seed = seed();
    End source = end();
    End target = end();
    OneWay flow = new OneWay(pump(source, target), source.socket, target.socket);

    Future<String> sent = beside(() -> sendSmallWrites(source.peer, new Random(seed)));
    Future<String> received = beside(() -> hashInSmallReads(target.peer, new Random(seed + 1)));
    pollUntil(() -> flow.turn() && received.isDone());

    assertThat(resultOf(received)).as("seed %d", seed).isEqualTo(resultOf(sent));
  }

  @Test
  void steadySmallMessagesAllocateNothing() throws Exception {
    int warmUp = 20_000;
    int measured = 5_000;
    End end = end();
    OneWay echo = new OneWay(pump(end, end), end.socket, end.socket);
    Future<Integer> client = beside(() -> roundTrips(end.peer, warmUp + measured));

    echoUntil(echo, end, warmUp);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int eventsBefore = end.events;
    long before = threads.getCurrentThreadAllocatedBytes();
    echoUntil(echo, end, warmUp + measured - 100);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    int events = end.events - eventsBefore;
    pollUntil(() -> echo.turn() || client.isDone());

    assertThat(resultOf(client)).isEqualTo(warmUp + measured);
    assertThat(events).isBetween(measured / 2, 2 * measured);
    assertThat(allocated / events)
        .as("%d bytes for %d events", allocated, events)
        .isLessThanOrEqualTo(maxBytesPerEvent());
  }

  /** A plain loop: a condition object would count as the transport's allocation. */
  private void echoUntil(OneWay echo, End end, int events) {
    long deadline = System.nanoTime() + 4L * WAIT_MS * 1_000_000;
    while (end.events < events && System.nanoTime() - deadline < 0) {
      poller.poll(100);
      echo.turn();
    }
  }

  private static int roundTrips(Socket peer, int count) throws IOException {
    byte[] message = new byte[64];
    InputStream in = peer.getInputStream();
    OutputStream out = peer.getOutputStream();
    int done = 0;
    while (done < count) {
      out.write(message);
      if (in.readNBytes(message, 0, message.length) < message.length) {
        break;
      }
      done++;
    }
    return done;
  }

  private static long seed() {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    return seed;
  }

  /** Sends bulk in random sizes, then FIN; returns the hash of what was sent. */
  private static String sendBulk(Socket peer, long seed) throws IOException {
    Random random = new Random(seed);
    MessageDigest digest = sha256();
    byte[] chunk = new byte[64 << 10];
    int left = BULK_BYTES;
    while (left > 0) {
      int size = Math.min(left, 1 + random.nextInt(chunk.length));
      random.nextBytes(chunk);
      digest.update(chunk, 0, size);
      peer.getOutputStream().write(chunk, 0, size);
      left -= size;
    }
    peer.shutdownOutput();
    return HexFormat.of().formatHex(digest.digest());
  }

  private static String sendSmallWrites(Socket peer, Random random) throws IOException {
    MessageDigest digest = sha256();
    for (int i = 0; i < 10_000; i++) {
      byte[] message = new byte[1 + random.nextInt(40)];
      random.nextBytes(message);
      digest.update(message);
      peer.getOutputStream().write(message);
    }
    peer.shutdownOutput();
    return HexFormat.of().formatHex(digest.digest());
  }

  private static String hashInSmallReads(Socket peer, Random random) throws IOException {
    MessageDigest digest = sha256();
    byte[] bytes = new byte[64];
    int read;
    while ((read = peer.getInputStream().read(bytes, 0, 1 + random.nextInt(64))) > 0) {
      digest.update(bytes, 0, read);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static String hashOf(Socket peer) throws IOException {
    MessageDigest digest = sha256();
    byte[] bytes = new byte[64 << 10];
    int read;
    while ((read = peer.getInputStream().read(bytes)) > 0) {
      digest.update(bytes, 0, read);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
