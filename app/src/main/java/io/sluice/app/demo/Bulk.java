package io.sluice.app.demo;

import java.io.IOException;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bulk traffic: several clients at once, each of which sends downwards and upwards in turn, each
 * stream on a connection of its own and compared at both ends.
 */
public final class Bulk {
  /** Long enough that the beginning, which is copied, does not matter. */
  private static final long STREAM_BYTES_MAX = 64L << 20;

  /** All clients' first streams together, so that many clients do not take minutes for them. */
  private static final long ROUND_BYTES_MAX = 512L << 20;

  private final SocketAddress proxy;
  private final int clients;
  private final long deadlineNs;
  private final long streamBytes;
  private final AtomicLong streams = new AtomicLong();
  private final AtomicLong different = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();

  private Bulk(SocketAddress proxy, int clients, long deadlineNs) {
    this.proxy = proxy;
    this.clients = clients;
    this.deadlineNs = deadlineNs;
    streamBytes = streamBytes(clients);
  }

  /**
   * What was sent.
   *
   * @param bytes of content, both directions
   * @param streams finished and compared
   * @param different streams whose two ends differ
   */
  public record Result(long bytes, long streams, long different, double seconds) {}

  /**
   * Sends for about {@code seconds}, at least two streams for each client.
   *
   * @throws IOException when a stream breaks off
   */
  public static Result run(SocketAddress proxy, int clients, double seconds)
      throws IOException, InterruptedException {
    long beganNs = System.nanoTime();
    Bulk bulk = new Bulk(proxy, clients, beganNs + (long) (seconds * 1e9));
    bulk.run();
    double took = (System.nanoTime() - beganNs) / 1e9;
    return new Result(bulk.bytes.get(), bulk.streams.get(), bulk.different.get(), took);
  }

  private void run() throws IOException, InterruptedException {
    try (Crew crew = new Crew("demo-bulk", clients)) {
      crew.run(this::streamsUntilDeadline);
    }
  }

  private void streamsUntilDeadline(int client) throws IOException {
    int stream = client;
    do {
      boolean same = stream++ % 2 == 0 ? download() : upload();
      if (!same) {
        different.incrementAndGet();
      }
      bytes.addAndGet(streamBytes);
    } while (stream < client + 2 || System.nanoTime() - deadlineNs < 0);
  }

  private boolean download() throws IOException {
    try (Peer peer = Peer.connect(proxy)) {
      peer.write("SEND " + streamBytes + " " + nextPosition() + "\n");
      Tally received = peer.receiveContent(streamBytes);
      return received.toString().equals(peer.readLine());
    }
  }

  private boolean upload() throws IOException {
    try (Peer peer = Peer.connect(proxy)) {
      peer.write("TAKE\n");
      Tally sent = peer.sendContent(nextPosition(), streamBytes);
      peer.endOutput();
      return sent.toString().equals(peer.readLine());
    }
  }

  static long streamBytes(int clients) {
    return Math.min(STREAM_BYTES_MAX, ROUND_BYTES_MAX / clients);
  }

  /** Each stream begins elsewhere, so that bytes of another stream would be noticed. */
  private long nextPosition() {
    return streams.getAndIncrement() * 65_537;
  }
}
