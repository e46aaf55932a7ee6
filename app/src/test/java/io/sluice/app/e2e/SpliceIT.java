package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kernel's word for how bytes were moved: the proxy's own counters are not asked. */
@EndToEnd
class SpliceIT {
  private static final long BULK_BYTES = 256L << 20;
  private static final int ROUND_TRIPS = 2_000;
  private static final int ROUND_TRIP_BYTES = 64;
  private static final int LIMIT_MS = 30_000;

  @TempDir Path folder;

  @Test
  void bulkNeverEntersTheProcess() throws IOException {
    SystemCalls calls = runTraced(SpliceIT::sendBulk);

    // In and out of the pipe.
    assertThat(calls.bytes("splice")).isGreaterThan(2 * BULK_BYTES * 9 / 10);
    assertThat(calls.bytes("recvfrom")).isLessThan(BULK_BYTES / 20);
    assertThat(calls.bytes("recvfrom") + calls.bytes("splice") / 2)
        .as("every byte was seen by strace")
        .isGreaterThanOrEqualTo(BULK_BYTES);
  }

  @Test
  void smallMessagesAreCopied() throws IOException {
    SystemCalls calls = runTraced(SpliceIT::exchangeSmall);

    long moved = 2L * ROUND_TRIPS * ROUND_TRIP_BYTES;
    assertThat(calls.bytes("recvfrom")).isEqualTo(moved);
    assertThat(calls.bytes("sendto")).isEqualTo(moved);
    // The self test at start moves single bytes.
    assertThat(calls.bytes("splice")).isBetween(1L, 8L);
    assertThat(calls.calls("splice")).isLessThan(10);
  }

  private interface Traffic {
    void run(Socket client, Socket server) throws IOException;
  }

  private SystemCalls runTraced(Traffic traffic) throws IOException {
    SystemCalls calls = SystemCalls.in(folder);
    SluiceJvm traced = new SluiceJvm().under(calls.tracer("trace=splice,recvfrom,sendto"));
    InetAddress local = InetAddress.getLoopbackAddress();
    try (ServerSocket listener = new ServerSocket(0, 1, local)) {
      listener.setSoTimeout(LIMIT_MS);
      String target = "127.0.0.1:" + listener.getLocalPort();
      try (Sluice sluice = Sluice.start(folder, traced, "epoll", "127.0.0.1:0", target)) {
        try (Socket client = sluice.connect();
            Socket server = listener.accept()) {
          client.setSoTimeout(LIMIT_MS);
          server.setSoTimeout(LIMIT_MS);
          traffic.run(client, server);
        }
        assertThat(sluice.stop()).isZero();
      }
    }
    return calls;
  }

  private static void sendBulk(Socket client, Socket server) throws IOException {
    Thread sender = new Thread(() -> sendQuietly(client), "sender");
    sender.start();
    byte[] block = new byte[1 << 20];
    InputStream input = server.getInputStream();
    long received = 0;
    for (int read = input.read(block); read >= 0; read = input.read(block)) {
      received += read;
    }
    assertThat(received).isEqualTo(BULK_BYTES);
  }

  /** A failure shows at the receiver, which then misses bytes. */
  private static void sendQuietly(Socket client) {
    byte[] block = new byte[1 << 20];
    try {
      for (long sent = 0; sent < BULK_BYTES; sent += block.length) {
        client.getOutputStream().write(block);
      }
      client.shutdownOutput();
    } catch (IOException e) {
      System.err.println("sender: " + e);
    }
  }

  private static void exchangeSmall(Socket client, Socket server) throws IOException {
    byte[] message = new byte[ROUND_TRIP_BYTES];
    client.setTcpNoDelay(true);
    server.setTcpNoDelay(true);
    for (int i = 0; i < ROUND_TRIPS; i++) {
      pass(client.getOutputStream(), server.getInputStream(), message);
      pass(server.getOutputStream(), client.getInputStream(), message);
    }
  }

  private static void pass(OutputStream from, InputStream to, byte[] message) throws IOException {
    from.write(message);
    assertThat(to.readNBytes(message.length)).hasSize(message.length);
  }
}
