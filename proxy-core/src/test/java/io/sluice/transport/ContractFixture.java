package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import io.sluice.config.ListenOptions;
import io.sluice.config.PumpConfig;
import io.sluice.config.TcpOptions;
import io.sluice.linux.Errno;
import io.sluice.linux.SockAddr;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/**
 * One transport with pollers driven by the test's own thread, and peers that are plain blocking
 * sockets. Everything waits for a bounded time. After each test all that it opened is closed, and
 * its pollers must hold nothing.
 */
abstract class ContractFixture {

  static final int WAIT_MS = 15_000;

  static final PumpConfig PUMP =
      new PumpConfig(
          PumpConfig.Mode.AUTO, 3, 16 << 10, 8, 4 << 10, 64 << 10, 256 << 10, 0, 1 << 20);

  static final TcpOptions TCP =
      new TcpOptions(true, false, Duration.ZERO, Duration.ZERO, 0, Duration.ZERO, 0, 0, "");

  static final ListenOptions LISTEN = new ListenOptions(128, Duration.ZERO, 0, false);

  Transport transport;
  Poller poller;

  private final List<Poller> pollers = new ArrayList<>();
  private final List<AutoCloseable> closeables = new ArrayList<>();
  private final List<Pump> pumps = new ArrayList<>();
  private final List<End> ends = new ArrayList<>();
  private final ExecutorService peerThreads = Executors.newCachedThreadPool();

  private long descriptorsBefore;

  abstract Transport newTransport() throws IOException;

  /** The JDK opens some descriptors once, with the first socket of each kind. */
  @BeforeAll
  static void warmUp() throws IOException {
    SocketChannel.open(StandardProtocolFamily.UNIX).close();
    SocketChannel.open().close();
    Selector.open().close();
    new ServerSocket(0, 1, InetAddress.getLoopbackAddress()).close();
  }

  @BeforeEach
  void openTransport() throws IOException {
    transport = newTransport();
    descriptorsBefore = openDescriptors();
    poller = openPoller();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    pumps.forEach(Pump::release);
    ends.forEach(End::closeIfOpen);
    for (AutoCloseable closeable : closeables) {
      closeable.close();
    }
    peerThreads.shutdownNow();
    assertThat(ends).allMatch(end -> end.eventsAfterClose == 0, "silent once closed");
    for (Poller each : pollers) {
      each.poll(0);
      assertThat(each.usage().sockets()).as("sockets left").isZero();
      assertThat(each.usage().buffersInUse()).as("buffers left").isZero();
      assertThat(each.usage().pipesInUse()).as("pipes left").isZero();
      each.close();
    }
    // A peer's thread that was blocked in a read lets go of its descriptor a moment later.
    await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(5))
        .atMost(Duration.ofMillis(WAIT_MS))
        .untilAsserted(() -> assertThat(openDescriptors()).isLessThanOrEqualTo(descriptorsBefore));
  }

  /** Sockets, pipes, epoll and event descriptors of this process; 0 where nobody can tell. */
  private static long openDescriptors() throws IOException {
    Path self = Path.of("/proc/self/fd");
    if (!Files.isDirectory(self)) {
      return 0;
    }
    long count = 0;
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(self)) {
      for (Path descriptor : descriptors) {
        String what = target(descriptor);
        if (what.startsWith("socket:") || what.startsWith("pipe:") || what.startsWith("anon_")) {
          count++;
        }
      }
    }
    return count;
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return ""; // Closed meanwhile: the descriptor of the directory itself.
    }
  }

  Poller openPoller() throws IOException {
    Poller opened = transport.openPoller(PUMP);
    pollers.add(opened);
    return opened;
  }

  <T extends AutoCloseable> T closedAfterwards(T closeable) {
    closeables.add(closeable);
    return closeable;
  }

  /** Runs a peer's blocking work beside the test. */
  <T> Future<T> beside(Callable<T> work) {
    return peerThreads.submit(work);
  }

  /** The result of work that is about to end. */
  static <T> T resultOf(Future<T> work) throws Exception {
    return work.get(WAIT_MS, TimeUnit.MILLISECONDS);
  }

  // Polling.

  void pollUntil(BooleanSupplier condition) {
    pollUntil(poller, condition);
  }

  static void pollUntil(Poller poller, BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofMillis(WAIT_MS).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        fail("not within " + WAIT_MS + " ms");
      }
      poller.poll(10);
    }
  }

  /** Polls until nothing is reported any more. */
  void pollUntilQuiet() {
    for (int i = 0; i < 100; i++) {
      if (poller.poll(0) == 0) {
        return;
      }
    }
    fail("events without end");
  }

  // Listeners and connections.

  static SockAddr loopback(int port) {
    return SockAddr.inet(InetAddress.getLoopbackAddress(), port);
  }

  ListenSocket listen(SockAddr address) throws IOException {
    return closedAfterwards(transport.listen(address, LISTEN, TCP));
  }

  ListenSocket listen() throws IOException {
    return listen(loopback(0));
  }

  /** A blocking client of {@code listener}; every read of it is bounded. */
  Socket peerOf(ListenSocket listener) throws IOException {
    return peer((InetSocketAddress) listener.address().toJava());
  }

  Socket peer(InetSocketAddress address) throws IOException {
    Socket peer = closedAfterwards(new Socket());
    peer.setTcpNoDelay(true);
    peer.setSoTimeout(WAIT_MS);
    peer.connect(address, WAIT_MS);
    return peer;
  }

  /** A connection through a listener of its own: its peer, and our end attached to the poller. */
  End end() throws IOException {
    ListenSocket listener = listen();
    Socket peer = peerOf(listener);
    End end = new End(peer);
    end.attach(poller, acceptOne(poller, listener));
    return end;
  }

  /** Watches, waits for one connection, takes it, and stops watching. */
  static StreamSocket acceptOne(Poller poller, ListenSocket listener) {
    boolean[] acceptable = new boolean[1];
    poller.watch(listener, () -> acceptable[0] = true);
    pollUntil(poller, () -> acceptable[0]);
    poller.unwatch(listener);
    StreamSocket socket = poller.accept(listener);
    assertThat(socket).as("accept failed with %d", poller.lastError()).isNotNull();
    return socket;
  }

  Pump pump(End source, End target) {
    return pump(source, target, new FlowCounters());
  }

  Pump pump(End source, End target, FlowCounters counters) {
    Pump pump = poller.pump(source.socket, target.socket, counters);
    pumps.add(pump);
    return pump;
  }

  /** Fills as soon as there is something, EOF and errors included. */
  long fillWhenReady(Pump pump, End source) {
    long[] filled = new long[1];
    pollUntil(
        () -> {
          if (!source.socket.isReadable()) {
            return false;
          }
          filled[0] = pump.fill();
          return !Errno.wouldBlock(filled[0]);
        });
    return filled[0];
  }

  static void send(Socket peer, String text) throws IOException {
    peer.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  static String receive(Socket peer, int bytes) throws IOException {
    return new String(peer.getInputStream().readNBytes(bytes), StandardCharsets.US_ASCII);
  }

  static String receiveAll(Socket peer) throws IOException {
    return new String(peer.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
  }

  /** Our end of a connection and how often its handler was called. */
  final class End {
    /** Null when the other side is not a plain TCP socket of this test. */
    final Socket peer;

    StreamSocket socket;
    int events;

    /** What the handler does besides counting. */
    Runnable onReady = () -> {};

    boolean closed;

    /** Must stay 0: an event of a closed socket reaches nobody. */
    int eventsAfterClose;

    End(Socket peer) {
      this.peer = peer;
      ends.add(this);
    }

    void attach(Poller to, StreamSocket accepted) {
      socket = accepted;
      assertThat(to.attach(accepted, this::onReady)).isZero();
    }

    void onReady() {
      if (closed) {
        eventsAfterClose++;
      }
      events++;
      onReady.run();
    }

    void close() {
      closed = true;
      socket.close();
    }

    void reset() {
      closed = true;
      socket.reset();
    }

    private void closeIfOpen() {
      if (!closed && socket != null) {
        close();
      }
    }
  }
}
