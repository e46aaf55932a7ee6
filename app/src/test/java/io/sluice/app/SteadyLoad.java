package io.sluice.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients of a proxy and the echo server behind it, as a program: some connections last and carry
 * bytes all the time, others come and go. Ends when a file appears, and says what became of them.
 * Uses nothing but the JDK, so that it runs anywhere.
 */
final class SteadyLoad {
  private static final int CHUNK = 4096;
  private static final long PAUSE_NS = 50_000_000;

  /** Leaves the machine room for what is tested. */
  private static final long BETWEEN_NS = 5_000_000;

  private static final int ANSWER_MAX_MS = 20_000;
  private static final int BEGUN_AFTER = 20;

  private final InetSocketAddress proxy;
  private final Path end;
  private final LongAdder connections = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder reset = new LongAdder();
  private final LongAdder wrong = new LongAdder();
  private final LongAdder bytes = new LongAdder();

  private SteadyLoad(int port, Path end) {
    proxy = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    this.end = end;
  }

  /**
   * Arguments: port of the proxy, port of the echo server, lasting connections, clients that
   * connect again and again, the file that ends it.
   */
  public static void main(String[] args) throws Exception {
    ExecutorService threads =
        Executors.newCachedThreadPool(
            body -> {
              Thread thread = new Thread(body);
              thread.setDaemon(true);
              return thread;
            });
    try (ServerSocket server =
        new ServerSocket(Integer.parseInt(args[1]), 500, InetAddress.getLoopbackAddress())) {
      threads.execute(() -> serve(server, threads));
      SteadyLoad load = new SteadyLoad(Integer.parseInt(args[0]), Path.of(args[4]));
      List<Future<?>> clients = new ArrayList<>();
      for (int i = 0; i < Integer.parseInt(args[2]); i++) {
        long seed = i;
        clients.add(threads.submit(() -> load.last(seed, threads)));
      }
      for (int i = 0; i < Integer.parseInt(args[3]); i++) {
        clients.add(threads.submit(load::comeAndGo));
      }
      for (Future<?> client : clients) {
        client.get();
      }
      System.out.println(load);
    }
  }

  private static void serve(ServerSocket server, ExecutorService threads) {
    try {
      while (true) {
        Socket socket = server.accept();
        threads.execute(() -> echo(socket));
      }
    } catch (IOException e) {
      // The end.
    }
  }

  private static void echo(Socket socket) {
    try (socket) {
      socket.getInputStream().transferTo(socket.getOutputStream());
    } catch (IOException e) {
      // Its client finds out, and counts it.
    }
  }

  private boolean isOver() {
    return Files.exists(end);
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket();
    socket.setSoTimeout(ANSWER_MAX_MS);
    socket.connect(proxy, ANSWER_MAX_MS);
    return socket;
  }

  private void last(long seed, ExecutorService threads) {
    try (Socket socket = connect()) {
      threads.execute(() -> send(socket, seed));
      receive(socket.getInputStream(), seed);
    } catch (IOException e) {
      count(e);
    }
  }

  private void send(Socket socket, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] chunk = new byte[CHUNK];
    try {
      OutputStream out = socket.getOutputStream();
      while (!isOver()) {
        random.nextBytes(chunk);
        out.write(chunk);
        LockSupport.parkNanos(PAUSE_NS);
      }
      socket.shutdownOutput();
    } catch (IOException e) {
      count(e);
    }
  }

  private void receive(InputStream in, long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] expected = new byte[CHUNK];
    byte[] chunk = in.readNBytes(CHUNK);
    while (chunk.length == CHUNK) {
      random.nextBytes(expected);
      if (!Arrays.equals(chunk, expected)) {
        wrong.increment();
        return;
      }
      bytes.add(CHUNK);
      chunk = in.readNBytes(CHUNK);
    }
    if (chunk.length > 0 || !isOver()) {
      wrong.increment();
    }
  }

  private void comeAndGo() {
    byte[] words = "sixteen letters.".getBytes(StandardCharsets.US_ASCII);
    while (!isOver()) {
      try (Socket socket = connect()) {
        socket.getOutputStream().write(words);
        byte[] answer = socket.getInputStream().readNBytes(words.length);
        socket.shutdownOutput();
        if (!Arrays.equals(answer, words) || socket.getInputStream().read() >= 0) {
          wrong.increment();
        }
      } catch (IOException e) {
        count(e);
      }
      connections.increment();
      if (connections.sum() == BEGUN_AFTER) {
        System.out.println("begun");
      }
      LockSupport.parkNanos(BETWEEN_NS);
    }
  }

  private void count(IOException e) {
    if (e instanceof ConnectException) {
      refused.increment();
    } else {
      reset.increment();
    }
    System.err.println(e + (e instanceof SocketTimeoutException ? " (no answer)" : ""));
  }

  @Override
  public String toString() {
    return "connections=%d bytes=%d refused=%d reset=%d wrong=%d"
        .formatted(connections.sum(), bytes.sum(), refused.sum(), reset.sum(), wrong.sum());
  }
}
