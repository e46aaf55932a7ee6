package io.sluice.bench.load;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.HdrHistogram.Histogram;

/**
 * The clients of one run, spread over the client loops in turn. Bulk, slow and message clients have
 * separate meters, so that a mixed run can tell them apart. Used by one thread; closed exactly
 * once, which resets every connection.
 */
public final class Clients implements AutoCloseable {

  private static final long NS_PER_S = 1_000_000_000L;

  /** Time for the connections to open before the first question is due. */
  private static final long SCHEDULE_BEGINS_NS = 100_000_000L;

  private final List<LoadLoop> loops;
  private final InetSocketAddress address;
  private final List<Meter> bulk = new ArrayList<>();
  private final List<Meter> slow = new ArrayList<>();
  private final List<Meter> messages = new ArrayList<>();
  private int turn;
  private int bulkWanted;

  /** Clients of whoever listens at {@code host} and {@code port}. */
  public Clients(List<LoadLoop> loops, String host, int port) {
    this.loops = loops;
    this.address = new InetSocketAddress(host, port);
    for (int i = 0; i < loops.size(); i++) {
      bulk.add(new Meter());
      slow.add(new Meter());
      messages.add(new Meter());
    }
  }

  /** Opens bulk connections. */
  public void bulk(int count, Direction direction) {
    bulkWanted += count;
    for (int i = 0; i < count; i++) {
      int index = turn++ % loops.size();
      LoadLoop loop = loops.get(index);
      BulkTalk talk = new BulkTalk(bulk.get(index));
      loop.execute(() -> ClientConnection.open(loop, address, direction.order(), talk));
    }
  }

  /** Opens connections that make {@code trips} round trips each, 0 for without end. */
  public void roundTrips(int count, int size, int trips) {
    for (int i = 0; i < count; i++) {
      roundTrips(size, trips, Pace.CLOSED_LOOP);
    }
  }

  /**
   * Opens connections that together make {@code perSecond} round trips a second, each on a schedule
   * of its own that no late answer shifts. The interval of one connection should be whole
   * milliseconds.
   */
  public void roundTripsAtRate(int count, int size, int perSecond) {
    long intervalNs = count * NS_PER_S / perSecond;
    long firstNs = System.nanoTime() + SCHEDULE_BEGINS_NS;
    for (int i = 0; i < count; i++) {
      roundTrips(size, 0, Pace.every(Ticker.align(firstNs + i * intervalNs / count), intervalNs));
    }
  }

  private void roundTrips(int size, int trips, Pace pace) {
    int index = turn++ % loops.size();
    LoadLoop loop = loops.get(index);
    RoundTripTalk talk = new RoundTripTalk(messages.get(index), trips, pace);
    Order order = new Order(Order.Kind.ECHO, size);
    loop.execute(() -> ClientConnection.open(loop, address, order, talk));
  }

  /** Opens connections that receive {@link SlowTalk#BYTES_PER_SECOND} each. */
  public void slow(int count) {
    for (int i = 0; i < count; i++) {
      int index = turn++ % loops.size();
      LoadLoop loop = loops.get(index);
      SlowTalk talk = new SlowTalk(slow.get(index));
      loop.execute(() -> ClientConnection.open(loop, address, Direction.DOWN.order(), talk));
    }
  }

  /** True when all bulk connections that were asked for are open. */
  public boolean bulkIsOpen() {
    return sum(bulk, Meter::operations) >= bulkWanted;
  }

  /** Bytes that slow clients have received. */
  public long slowBytes() {
    return sum(slow, Meter::bytes);
  }

  /** Keeps {@code count} connections at a time coming and going. */
  public void connects(int count, int size, Ending ending) {
    for (int i = 0; i < count; i++) {
      int index = turn++ % loops.size();
      LoadLoop loop = loops.get(index);
      loop.execute(new ConnectTalk(loop, address, size, ending, messages.get(index))::next);
    }
  }

  /** For the report: how bulk bytes are discarded. */
  public static String wayOfDiscarding() {
    return Sink.way();
  }

  /** Records latencies from now on, or no longer. */
  public void record(boolean on) {
    messages.forEach(meter -> meter.record(on));
  }

  /** Bytes that bulk clients have received. */
  public long bulkBytes() {
    return sum(bulk, Meter::bytes);
  }

  /** Round trips or connections completed. */
  public long operations() {
    return sum(messages, Meter::operations);
  }

  /** Connections that failed, of any kind. */
  public long failures() {
    return sum(bulk, Meter::failures) + sum(slow, Meter::failures) + sum(messages, Meter::failures);
  }

  /** Latencies of all loops together, in nanoseconds; only after {@link #close}. */
  public Histogram latency() {
    Histogram all = new Histogram(messages.get(0).latency());
    messages.forEach(meter -> all.add(meter.latency()));
    return all;
  }

  @Override
  public void close() {
    bulk.forEach(Meter::stop);
    slow.forEach(Meter::stop);
    messages.forEach(Meter::stop);
    loops.forEach(LoadLoop::resetAll);
  }

  private static long sum(List<Meter> meters, ToLongFunction<Meter> figure) {
    return meters.stream().mapToLong(figure).sum();
  }
}
