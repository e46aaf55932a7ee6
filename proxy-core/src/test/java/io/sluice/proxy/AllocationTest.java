package io.sluice.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.sluice.config.ConfigReader;
import io.sluice.mirror.MirrorCounter;
import io.sluice.stats.Counter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A loop that relays allocates nothing: measured on its own thread, in windows of which the best
 * counts, because the compiler's work shows up in the first ones.
 */
class AllocationTest {
  private static final double BYTES_PER_EVENT_MAX = 0.1;

  /** Of round trips: the length of a message, how many there are in a window, and windows. */
  private static final int BYTES = 64;

  private static final int ROUNDS = 1000;
  private static final int WINDOWS = 12;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** What happens in a window. */
  private interface Traffic {
    void run() throws IOException;
  }

  private static Proxy start(EchoServer server, String pump) throws Exception {
    return start(server, pump, "");
  }

  private static Proxy start(EchoServer server, String pump, String more) throws Exception {
    return Proxy.start(
        ConfigReader.parse(
                "test",
                "sluice { threads = 1, transport = epoll\n"
                    + "pump { pipe-budget = 8192, mode = "
                    + pump
                    + " }\nfrontends.web { bind = \"127.0.0.1:0\", backend = app }\n"
                    + "backends.app.servers.a = \""
                    + server.address()
                    + "\"\n"
                    + more
                    + "}")
            .config());
  }

  /** The loop's thread, of which there is one. */
  private static long loopThread() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("sluice-loop-0"))
        .mapToLong(Thread::getId)
        .max()
        .orElseThrow();
  }

  /** The least that one of the windows allocated, for each event in it. */
  private double bestWindow(int windows, int eventsPerWindow, Traffic traffic) throws IOException {
    long loop = loopThread();
    double best = Double.MAX_VALUE;
    for (int i = 0; i < windows; i++) {
      long before = threads.getThreadAllocatedBytes(loop);
      traffic.run();
      long allocated = threads.getThreadAllocatedBytes(loop) - before;
      best = Math.min(best, allocated / (double) eventsPerWindow);
    }
    return best;
  }

  /** Windows of {@link #ROUNDS} round trips of each connection, with so many messages in each. */
  private double bestOfRoundTrips(Proxy proxy, int connections, int messages) throws IOException {
    ByteBuffer message = ByteBuffer.allocateDirect(BYTES);
    List<SocketChannel> clients = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      clients.add(SocketChannel.open(proxy.boundAddress("web", 0).toJava()));
    }
    double best =
        bestWindow(
            WINDOWS,
            messages * ROUNDS * connections,
            () -> {
              for (int round = 0; round < ROUNDS; round++) {
                exchange(clients, message);
              }
            });
    for (SocketChannel client : clients) {
      client.close();
    }
    return best;
  }

  private static void exchange(List<SocketChannel> clients, ByteBuffer message) throws IOException {
    for (SocketChannel client : clients) {
      client.write(message.clear());
    }
    for (SocketChannel client : clients) {
      receive(client, message.clear());
    }
  }

  private static void receive(SocketChannel client, ByteBuffer into) throws IOException {
    while (into.hasRemaining()) {
      if (client.read(into) < 0) {
        throw new IOException("the proxy has ended the connection");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "splice"})
  void smallRoundTripsAllocateNothing(String pump) throws Exception {
    int connections = 16;
    try (EchoServer server = EchoServer.tcp();
        Proxy proxy = start(server, pump)) {
      // Each round trip is two messages for the loop.
      double best = bestOfRoundTrips(proxy, connections, 2);

      System.out.printf("%s: %.5f bytes allocated per message%n", pump, best);
      assertThat(best).isLessThan(BYTES_PER_EVENT_MAX);
      assertThat(proxy.snapshot().all().get(Counter.BYTES_TO_SERVER))
          .isEqualTo((long) BYTES * WINDOWS * ROUNDS * connections);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice"})
  void mirroredRoundTripsAllocateNothing(String pump) throws Exception {
    int connections = 8;
    try (EchoServer server = EchoServer.tcp();
        EchoServer shadow = EchoServer.tcp();
        Proxy proxy =
            start(
                server,
                pump,
                // None of this is about a mirror that is slow because its thread is not run.
                "mirrors.shadow { max-lag = none, connect-timeout = none, buffer = 1MiB, to = \"tcp:"
                    + shadow.address()
                    + "\" }\nfrontends.web.mirror = [shadow]\n")) {
      // The question, the answer, and the mirror's answer.
      double best = bestOfRoundTrips(proxy, connections, 3);
      Snapshot.MirrorState state = proxy.snapshot().mirrors().get("shadow");

      System.out.printf("mirrored, %s: %.5f bytes allocated per message%n", pump, best);
      assertThat(best).isLessThan(BYTES_PER_EVENT_MAX);
      assertThat(state.counters().get(MirrorCounter.ELIGIBLE_BYTES))
          .isEqualTo((long) BYTES * WINDOWS * ROUNDS * connections);
      assertThat(state.counters().get(MirrorCounter.DETACHED_BUFFER)).isZero();
      boolean copies = pump.equals("copy");
      MirrorCounter used = copies ? MirrorCounter.COPIED_BYTES : MirrorCounter.TEED_BYTES;
      assertThat(state.counters().get(used))
          .isEqualTo((long) BYTES * WINDOWS * ROUNDS * connections);
    }
  }

  @Test
  void bulkAllocatesNothing() throws Exception {
    int windows = 10;
    int megabytes = 50;
    ByteBuffer sending = ByteBuffer.allocateDirect(1 << 20);
    ByteBuffer receiving = ByteBuffer.allocateDirect(1 << 20);
    try (EchoServer server = EchoServer.tcp();
        Proxy proxy = start(server, "auto");
        SocketChannel client = SocketChannel.open(proxy.boundAddress("web", 0).toJava())) {
      double best =
          bestWindow(
              windows,
              megabytes
                  * 16, // Events are at least these: the echo takes no more than 64 KiB at once.
              () -> {
                Thread sender = new Thread(() -> send(client, sending, megabytes));
                sender.start();
                for (int i = 0; i < megabytes; i++) {
                  receive(client, receiving.clear());
                }
              });

      long bytes = ((long) windows * megabytes) << 20;
      assertThat(proxy.snapshot().all().get(Counter.BYTES_TO_CLIENT)).isEqualTo(bytes);
      assertThat(proxy.snapshot().all().get(Counter.SPLICED_TO_CLIENT)).isPositive();
      System.out.printf("bulk: %.5f bytes allocated per 64 KiB%n", best);
      assertThat(best).isLessThan(BYTES_PER_EVENT_MAX);
    }
  }

  private static void send(SocketChannel client, ByteBuffer from, int times) {
    try {
      for (int i = 0; i < times; i++) {
        from.clear();
        while (from.hasRemaining()) {
          client.write(from);
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
