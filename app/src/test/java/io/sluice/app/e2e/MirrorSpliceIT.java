package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel's word for how a mirrored download was moved. */
@EndToEnd
class MirrorSpliceIT {
  private static final long BULK_BYTES = 128L << 20;
  private static final int BLOCK_BYTES = 1 << 20;
  private static final int LIMIT_MS = 60_000;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"auto", "splice"})
  void mirroredBulkNeverEntersTheProcess(String pump) throws Exception {
    SystemCalls calls = SystemCalls.in(folder);
    SluiceJvm traced =
        new SluiceJvm()
            .under(calls.tracer("trace=tee,splice,recvfrom,sendto,read,write,readv,writev"));
    InetAddress local = InetAddress.getLoopbackAddress();
    try (ServerSocket origin = new ServerSocket(0, 1, local);
        ServerSocket mirror = new ServerSocket(0, 1, local)) {
      FutureTask<Long> mirrored = inBackground(new FutureTask<>(() -> received(mirror.accept())));
      FutureTask<Void> sent = inBackground(new FutureTask<>(() -> send(origin.accept())));
      // To wait for the mirror is the one way to compare all of it: it is traced, and slow.
      String option = address(mirror) + ",direction=to-client,when-slow=block,max-lag=none";
      try (Sluice sluice =
          Sluice.mirrored(
              folder,
              traced,
              List.of("--transport", "epoll", "--pump", pump),
              address(origin),
              option)) {
        assertThat(received(sluice.connect())).isEqualTo(sumOfAll());
        assertThat(mirrored.get(LIMIT_MS, TimeUnit.MILLISECONDS)).isEqualTo(sumOfAll());
        sent.get(LIMIT_MS, TimeUnit.MILLISECONDS);
        SessionLine session = sluice.awaitSessions(1).get(0);
        assertThat(session.bytesToClient()).isEqualTo(BULK_BYTES);
        assertThat(sluice.stop()).isZero();
      }
    }

    assertThat(calls.bytes("tee")).isGreaterThan(BULK_BYTES * 9 / 10);
    // Into the flow's pipe, out of it, and out of the mirror's.
    assertThat(calls.bytes("splice")).isGreaterThan(3 * BULK_BYTES * 9 / 10);
    for (String call : List.of("recvfrom", "sendto", "read", "write", "readv", "writev")) {
      assertThat(calls.bytes(call)).as(call).isLessThan(BULK_BYTES / 20);
    }
  }

  private static String address(ServerSocket listener) {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  private static <T> FutureTask<T> inBackground(FutureTask<T> task) {
    Thread thread = new Thread(task, "peer");
    thread.setDaemon(true);
    thread.start();
    return task;
  }

  /** The byte at {@code offset} of the download. */
  private static byte at(long offset) {
    return (byte) (offset * 31 + (offset >>> 10));
  }

  private static Void send(Socket client) throws IOException {
    try (client) {
      byte[] block = new byte[BLOCK_BYTES];
      for (long sent = 0; sent < BULK_BYTES; sent += block.length) {
        for (int i = 0; i < block.length; i++) {
          block[i] = at(sent + i);
        }
        client.getOutputStream().write(block);
      }
    }
    return null;
  }

  private static long sumOfAll() {
    long sum = 0;
    for (long offset = 0; offset < BULK_BYTES; offset++) {
      sum = 31 * sum + at(offset);
    }
    return sum;
  }

  /** A number that stands for all bytes up to the end, in their order. */
  private static long received(Socket socket) throws IOException {
    try (socket) {
      socket.setSoTimeout(LIMIT_MS);
      byte[] block = new byte[BLOCK_BYTES];
      long sum = 0;
      int count;
      while ((count = socket.getInputStream().read(block)) >= 0) {
        for (int i = 0; i < count; i++) {
          sum = 31 * sum + block[i];
        }
      }
      return sum;
    }
  }
}
