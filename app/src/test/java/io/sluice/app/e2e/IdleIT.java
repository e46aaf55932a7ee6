package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions without traffic cost no time, those with one half closed neither. */
@EndToEnd
class IdleIT {
  private static final int SESSIONS = 1_000;
  private static final int LIMIT_MS = 20_000;
  private static final Duration WINDOW = Duration.ofSeconds(3);
  private static final int WINDOWS = 5;

  @TempDir Path folder;
  private final List<Socket> sockets = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void idleSessionsTakeNoTurns(String transport) throws IOException {
    InetAddress local = InetAddress.getLoopbackAddress();
    try (ServerSocket listener = new ServerSocket(0, SESSIONS, local)) {
      listener.setSoTimeout(LIMIT_MS);
      String target = "127.0.0.1:" + listener.getLocalPort();
      try (Sluice sluice = Sluice.forward(folder, transport, target)) {
        for (int i = 0; i < SESSIONS; i++) {
          open(sluice, listener, i % 2 == 0);
        }
        assertThat(sluice.counterOfLoops("sessions")).isEqualTo(SESSIONS);
        awaitCalm(sluice);

        // The JVM may still compile in one window; sessions that cost something do in all.
        boolean costsNothing = false;
        for (int window = 0; window < WINDOWS && !costsNothing; window++) {
          costsNothing = costsNothing(sluice);
        }
        assertThat(costsNothing).isTrue();

        // All at once: none is left for the stop to wait for.
        close();
        assertThat(sluice.awaitSessions(SESSIONS)).hasSize(SESSIONS);
        assertThat(sluice.stop()).isZero();
      }
    }
  }

  private static boolean costsNothing(Sluice sluice) throws IOException {
    long turns = sluice.counterOfLoops("turns_total");
    Duration before = sluice.cpuTime();
    assertThat(sluice.program().pause(WINDOW)).as("ended").isFalse();
    Duration spent = sluice.cpuTime().minus(before);
    // Reading the counters takes a turn or two of each loop.
    assertThat(sluice.counterOfLoops("turns_total") - turns).isLessThan(20);
    return spent.compareTo(Duration.ofMillis(50)) < 0;
  }

  /** One session, on which a byte has been each way. */
  private void open(Sluice sluice, ServerSocket listener, boolean halfClosed) throws IOException {
    Socket client = sluice.connect();
    sockets.add(client);
    Socket server = listener.accept();
    sockets.add(server);
    client.setSoTimeout(LIMIT_MS);
    server.setSoTimeout(LIMIT_MS);
    client.getOutputStream().write(1);
    assertThat(server.getInputStream().read()).isEqualTo(1);
    server.getOutputStream().write(2);
    assertThat(client.getInputStream().read()).isEqualTo(2);
    if (halfClosed) {
      client.shutdownOutput();
      assertThat(server.getInputStream().read()).isEqualTo(-1);
    }
  }

  /** What the JVM compiles after the first thousand sessions is not the sessions' cost. */
  private static void awaitCalm(Sluice sluice) throws IOException {
    long deadlineNs = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    Duration before = sluice.cpuTime();
    Duration after = before.plusSeconds(1);
    while (after.compareTo(before) > 0 && System.nanoTime() < deadlineNs) {
      before = sluice.cpuTime();
      assertThat(sluice.program().pause(Duration.ofMillis(300))).as("ended").isFalse();
      after = sluice.cpuTime();
    }
  }
}
