package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Three nginx behind {@code roundrobin} without health checks, one of them killed and started again
 * under load: with retries, no connection fails that was begun after its death.
 */
@EndToEnd
class RestartIT {
  private static final int CLIENTS = 4;
  private static final int LIMIT_MS = 10_000;
  private static final int REQUESTS_A_PHASE = 600;
  private static final byte[] REQUEST =
      "GET /file HTTP/1.0\r\nHost: test\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  @TempDir Path folder;

  /** Clients that connect anew for every request, until they are stopped. */
  private static final class Load implements AutoCloseable {
    private final int port;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicInteger served = new AtomicInteger();

    /** When each request began that failed, in nanoseconds. */
    private final Queue<Long> failedBegunNs = new ConcurrentLinkedQueue<>();

    private volatile boolean stopped;

    Load(int port) {
      this.port = port;
      for (int i = 0; i < CLIENTS; i++) {
        Thread thread = new Thread(this::run, "client-" + i);
        threads.add(thread);
        thread.start();
      }
    }

    private void run() {
      while (!stopped) {
        long begunNs = System.nanoTime();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
          socket.setSoTimeout(LIMIT_MS);
          socket.getOutputStream().write(REQUEST);
          String answer =
              new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
          if (!answer.startsWith("HTTP/1.1 200 ")) {
            failedBegunNs.add(begunNs);
          }
        } catch (IOException e) {
          failedBegunNs.add(begunNs);
        }
        served.incrementAndGet();
      }
    }

    /** Waits until so many more requests have been made. */
    void more(Program program, int requests) throws IOException {
      int wanted = served.get() + requests;
      program.await(requests + " requests", Duration.ofSeconds(30), () -> served.get() >= wanted);
    }

    long failuresBegunAfter(long ns) {
      return failedBegunNs.stream().filter(begun -> begun - ns > 0).count();
    }

    @Override
    public void close() throws IOException {
      stopped = true;
      for (Thread thread : threads) {
        try {
          thread.join(LIMIT_MS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IOException(e);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aServerMayBeKilledAndStartedAgain(String transport) throws IOException {
    List<Nginx> servers = new ArrayList<>();
    int port = FreePort.any();
    try {
      StringBuilder text = new StringBuilder("sluice {\ntransport = " + transport + "\n");
      text.append("frontends.web { bind = \"127.0.0.1:").append(port);
      text.append("\", backend = app }\n");
      for (int i = 0; i < 3; i++) {
        Path own = Files.createDirectories(folder.resolve("nginx" + i));
        servers.add(Nginx.start(own, ""));
        Files.writeString(servers.get(i).files().resolve("file"), "content");
        text.append("backends.app.servers.s").append(i).append(" = \"");
        text.append(servers.get(i).address()).append("\"\n");
      }
      Path config = Files.writeString(folder.resolve("sluice.conf"), text.append("}\n"));
      try (Program sluice =
              new SluiceJvm()
                  .launch(folder, "sluice", List.of("run", "-c", config.toString()))
                  .awaitPort(port);
          Load load = new Load(port)) {
        load.more(sluice, REQUESTS_A_PHASE);
        assertThat(load.failedBegunNs).isEmpty();

        servers.get(1).close();
        long deadNs = System.nanoTime();
        load.more(sluice, REQUESTS_A_PHASE);
        assertThat(load.failuresBegunAfter(deadNs)).isZero();

        servers.set(1, servers.get(1).again());
        load.more(sluice, REQUESTS_A_PHASE);
        assertThat(load.failuresBegunAfter(deadNs)).isZero();
        // Those in flight on the killed one.
        assertThat(load.failedBegunNs.size()).isLessThanOrEqualTo(2 * CLIENTS);

        String log = sluice.stderr();
        assertThat(log).contains("/+1 0/0 ");
        String lastLines = log.substring(Math.max(0, log.length() - 20_000));
        assertThat(lastLines).contains(" app/s1 ");
      }
    } finally {
      servers.forEach(Nginx::close);
    }
  }
}
