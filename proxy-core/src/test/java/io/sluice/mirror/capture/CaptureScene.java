package io.sluice.mirror.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.PumpConfig;
import io.sluice.config.Sampling;
import io.sluice.linux.LinuxSyscalls;
import io.sluice.linux.SockAddr;
import io.sluice.loop.Clock;
import io.sluice.mirror.DetachReason;
import io.sluice.mirror.MirroredSession;
import io.sluice.mirror.Sink;
import io.sluice.transport.Backlog;
import io.sluice.transport.Direction;
import io.sluice.transport.Transport;
import io.sluice.transport.epoll.EpollTransport;
import io.sluice.transport.nio.NioTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.LoggerFactory;

/** A writer, a loop that is turned by hand, and sessions that feed it. */
final class CaptureScene implements AutoCloseable {
  private static final long WAIT_NS = Duration.ofSeconds(20).toNanos();
  private static final int PENDING = 1024;
  private static final PumpConfig PUMP =
      new PumpConfig(PumpConfig.Mode.AUTO, 3, 16384, 8, 4096, 65536, 65536, 0, 65536);

  static final Sampling ALL = Sampling.parse("100%");

  private final BlockingQueue<Runnable> commands = new LinkedBlockingQueue<>();
  final CaptureWriter writer;
  final SmallDisk disk;
  private boolean started;

  CaptureScene(String transport) throws IOException {
    this(transport, PENDING);
  }

  CaptureScene(String transport, int pendingMax) throws IOException {
    disk = new SmallDisk(transport(transport));
    writer = new CaptureWriter("wire", pendingMax, Clock.SYSTEM, InstantSource.system());
  }

  private static Transport transport(String name) throws IOException {
    return name.equals("nio")
        ? new NioTransport()
        : new EpollTransport(LinuxSyscalls.open(), true, PUMP);
  }

  /** A printed seed; {@code -Dsluice.test.seed=N} gives the same one again. */
  static long seed(Class<?> test) {
    long seed = Long.getLong("sluice.test.seed", System.nanoTime() & 0xFFFF_FFFFL);
    LoggerFactory.getLogger(test).info("-Dsluice.test.seed={}", seed);
    return seed;
  }

  CaptureScene start() {
    writer.start();
    started = true;
    return this;
  }

  Executor loop() {
    return commands::add;
  }

  /** Turns the loop until {@code condition} holds. */
  void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + WAIT_NS;
    while (!condition.getAsBoolean()) {
      try {
        Runnable command = commands.poll(20, TimeUnit.MILLISECONDS);
        if (command != null) {
          command.run();
        }
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      assertThat(System.nanoTime() - deadline).as("waited too long").isNegative();
    }
  }

  void drain() {
    for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
      command.run();
    }
  }

  static SockAddr inet(String address, int port) {
    try {
      return SockAddr.inet(InetAddress.getByName(address), port);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  static MirroredSession session(String id, SockAddr client, SockAddr clientLocal) {
    return new MirroredSession(
        id, "web", client, clientLocal, inet("10.9.9.9", 80), ALL, System.currentTimeMillis());
  }

  static MirroredSession session(String id) {
    return session(id, inet("192.0.2.7", 40_000), inet("198.51.100.1", 443));
  }

  @Override
  public void close() {
    disk.goOn();
    if (started) {
      assertThat(writer.stop(20_000)).isTrue();
    }
  }

  /** One session: what a flow and a mirror do with a sink. */
  final class Feed implements Sink.Owner {
    final Map<Direction, MemoryBacklog> backlogs = new EnumMap<>(Direction.class);
    final List<DetachReason> failures = new ArrayList<>();
    String detail = "";
    Boolean complete;
    int progress;
    Sink sink;

    Feed(Direction... directions) {
      for (Direction direction : directions) {
        backlogs.put(direction, new MemoryBacklog());
      }
    }

    CaptureStreams streams(MirroredSession session) {
      Map<Direction, Backlog> copy = new EnumMap<>(Direction.class);
      copy.putAll(backlogs);
      return new CaptureStreams(session, copy, loop(), this);
    }

    Feed toFile(FileTarget target, MirroredSession session) {
      sink = new FileSink(writer, disk, target, streams(session));
      return this;
    }

    Feed toCapture(PcapngFile file, MirroredSession session) {
      sink = new PcapngSink(writer, file, streams(session));
      return this;
    }

    void send(Direction direction, byte[] bytes) {
      send(direction, bytes, 0, bytes.length);
    }

    void send(Direction direction, byte[] bytes, int offset, int length) {
      backlogs.get(direction).add(bytes, offset, length);
      sink.onBytes(direction, length, System.nanoTime());
    }

    void end(boolean byReset) {
      backlogs.keySet().forEach(direction -> sink.onEnd(direction, byReset));
    }

    void awaitWritten() {
      await(() -> backlogs.values().stream().allMatch(backlog -> backlog.bytes() == 0));
    }

    void awaitClosed() {
      await(() -> complete != null);
    }

    @Override
    public void onProgress(Direction direction) {
      assertThat(complete).as("nothing comes after the end").isNull();
      progress++;
    }

    @Override
    public void onFailed(DetachReason reason, String why) {
      assertThat(complete).as("nothing comes after the end").isNull();
      failures.add(reason);
      detail = why;
      sink.abort();
    }

    @Override
    public void onClosed(boolean whole) {
      assertThat(complete).as("closed once").isNull();
      complete = whole;
    }
  }
}
