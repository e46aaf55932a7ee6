package io.sluice.bench.jmh;

import io.sluice.config.ListenOptions;
import io.sluice.config.PumpConfig;
import io.sluice.config.TcpOptions;
import io.sluice.linux.LinuxSyscalls;
import io.sluice.linux.SockAddr;
import io.sluice.transport.FlowCounters;
import io.sluice.transport.ListenSocket;
import io.sluice.transport.Poller;
import io.sluice.transport.Pump;
import io.sluice.transport.StreamSocket;
import io.sluice.transport.epoll.EpollTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One turn of the epoll transport: a message arrives, the poller reports it, the pump fills and
 * drains. Client and server are on the same thread, so their write and read are in the time too;
 * the two pumps differ in what is between.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PumpTurn {

  private static final int POLL_MS = 1000;

  /** The pump's mode. */
  @Param({"COPY", "SPLICE"})
  public PumpConfig.Mode mode;

  /** Bytes in the message. */
  @Param({"64", "65536"})
  public int size;

  private final FlowCounters counters = new FlowCounters();
  private Poller poller;
  private SocketChannel client;
  private SocketChannel server;
  private StreamSocket source;
  private Pump pump;
  private ByteBuffer message;

  /** A client, a server, and between them what a session has for one direction. */
  @Setup
  public void open() throws IOException {
    PumpConfig config =
        new PumpConfig(mode, 2, 16 << 10, 3, 8 << 10, 64 << 10, 1 << 20, 0, 1 << 20);
    TcpOptions tcp =
        new TcpOptions(true, false, Duration.ZERO, Duration.ZERO, 0, Duration.ZERO, 0, 0, "");
    InetAddress loopback = InetAddress.getLoopbackAddress();
    EpollTransport transport = new EpollTransport(LinuxSyscalls.open(), true, config);
    poller = transport.openPoller(config);
    message = ByteBuffer.allocateDirect(size);
    ListenOptions options = new ListenOptions(1, Duration.ZERO, 0, false);
    try (ServerSocketChannel listener = ServerSocketChannel.open();
        ListenSocket front = transport.listen(SockAddr.inet(loopback, 0), options, tcp)) {
      listener.bind(new InetSocketAddress(loopback, 0));
      client = SocketChannel.open(new InetSocketAddress(loopback, front.address().port()));
      client.setOption(StandardSocketOptions.TCP_NODELAY, true);
      source = poller.accept(front);
      check(source != null && poller.attach(source, () -> {}) == 0, "accept");
      SockAddr back = SockAddr.inet(loopback, listener.socket().getLocalPort());
      StreamSocket target = poller.connect(back, tcp, () -> {});
      check(target != null, "connect");
      server = listener.accept();
      while (!target.isWritable()) {
        check(poller.poll(POLL_MS) > 0, "connect");
      }
      check(target.finishConnect() == 0, "connect");
      pump = poller.pump(source, target, counters);
    }
  }

  @TearDown
  public void close() throws IOException {
    pump.release();
    poller.close();
    client.close();
    server.close();
  }

  /** Returns the bytes that the server got. */
  @Benchmark
  public int turn() throws IOException {
    client.write(message.clear());
    int arrived = 0;
    while (arrived < size) {
      while (!source.isReadable()) {
        check(poller.poll(POLL_MS) > 0, "poll");
      }
      long filled = pump.fill();
      if (filled > 0) {
        for (long left = filled; left > 0; ) {
          long drained = pump.drain(Long.MAX_VALUE);
          check(drained > 0, "drain");
          left -= drained;
        }
        message.clear();
        for (int left = (int) filled; left > 0; ) {
          left -= server.read(message);
        }
        arrived += (int) filled;
      }
    }
    return arrived;
  }

  private static void check(boolean condition, String what) throws IOException {
    if (!condition) {
      throw new IOException(what + " failed");
    }
  }
}
