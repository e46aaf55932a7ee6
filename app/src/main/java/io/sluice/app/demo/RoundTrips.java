package io.sluice.app.demo;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Small messages, one after the other on one connection, each answered by an echo. */
public final class RoundTrips {
  /** Bytes of a message. */
  public static final int MESSAGE_BYTES = 64;

  private static final int TRIPS_MIN = 1_000;
  private static final int TRIPS_MAX = 1_000_000;

  private RoundTrips() {}

  /**
   * What was measured.
   *
   * @param p50Us median, microseconds
   * @param p99Us 99th percentile, microseconds
   */
  public record Result(int trips, double perSecond, double p50Us, double p99Us) {}

  /**
   * Sends for about {@code seconds}; the first fifth is warm-up and does not count.
   *
   * @throws IOException when an answer is missing or differs from what was sent
   */
  public static Result run(SocketAddress address, double seconds) throws IOException {
    try (Peer peer = Peer.connect(address)) {
      peer.write("ECHO\n");
      measure(peer, seconds / 5);
      long beganNs = System.nanoTime();
      long[] tookNs = measure(peer, seconds * 4 / 5);
      double took = (System.nanoTime() - beganNs) / 1e9;
      Arrays.sort(tookNs);
      return new Result(
          tookNs.length,
          tookNs.length / took,
          percentile(tookNs, 0.50) / 1e3,
          percentile(tookNs, 0.99) / 1e3);
    }
  }

  private static long[] measure(Peer peer, double seconds) throws IOException {
    long[] tookNs = new long[TRIPS_MAX];
    long deadlineNs = System.nanoTime() + (long) (seconds * 1e9);
    int trips = 0;
    long beganNs = System.nanoTime();
    while (trips < TRIPS_MAX && (trips < TRIPS_MIN || beganNs - deadlineNs < 0)) {
      ByteBuffer message = Content.at((long) trips * MESSAGE_BYTES, MESSAGE_BYTES);
      peer.roundTrip(message);
      long endedNs = System.nanoTime();
      tookNs[trips++] = endedNs - beganNs;
      beganNs = endedNs;
    }
    return Arrays.copyOf(tookNs, trips);
  }

  /** The smallest value that is not exceeded by {@code share} of them all. */
  static long percentile(long[] sorted, double share) {
    int rank = (int) Math.ceil(share * sorted.length);
    return sorted[Math.max(rank, 1) - 1];
  }
}
