package io.sluice.bench.load;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.HdrHistogram.Histogram;

/**
 * The clients of one run, spread over the client loops in turn. Bulk and message clients have
 * separate meters, so that a mixed run can tell them apart. Used by one thread; closed exactly
 * once, which resets every connection.
 */
public final class Clients implements AutoCloseable {

  private final List<LoadLoop> loops;
  private final int port;
  private final List<Meter> bulk = new ArrayList<>();
  private final List<Meter> messages = new ArrayList<>();
  private int turn;

  public Clients(List<LoadLoop> loops, int port) {
    this.loops = loops;
    this.port = port;
    for (int i = 0; i < loops.size(); i++) {
      bulk.add(new Meter());
      messages.add(new Meter());
    }
  }

  /** Opens bulk connections. */
  public void bulk(int count, Direction direction) {
    for (int i = 0; i < count; i++) {
      int index = turn++ % loops.size();
      LoadLoop loop = loops.get(index);
      BulkTalk talk = new BulkTalk(bulk.get(index));
      loop.execute(() -> ClientConnection.open(loop, port, direction.order(), talk));
    }
  }

  /** Opens connections that make {@code trips} round trips each, 0 for without end. */
  public void roundTrips(int count, int size, int trips) {
    for (int i = 0; i < count; i++) {
      int index = turn++ % loops.size();
      LoadLoop loop = loops.get(index);
      RoundTripTalk talk = new RoundTripTalk(messages.get(index), trips);
      Order order = new Order(Order.Kind.ECHO, size);
      loop.execute(() -> ClientConnection.open(loop, port, order, talk));
    }
  }

  /** Keeps {@code count} connections at a time coming and going. */
  public void connects(int count, int size, Ending ending) {
    for (int i = 0; i < count; i++) {
      int index = turn++ % loops.size();
      LoadLoop loop = loops.get(index);
      loop.execute(new ConnectTalk(loop, port, size, ending, messages.get(index))::next);
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

  /** Connections that failed, of either kind. */
  public long failures() {
    return sum(bulk, Meter::failures) + sum(messages, Meter::failures);
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
    messages.forEach(Meter::stop);
    loops.forEach(LoadLoop::resetAll);
  }

  private static long sum(List<Meter> meters, ToLongFunction<Meter> figure) {
    return meters.stream().mapToLong(figure).sum();
  }
}
