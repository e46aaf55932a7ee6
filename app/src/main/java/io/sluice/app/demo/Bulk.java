package io.sluice.app.demo;

import java.io.IOException;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bulk traffic: several clients at once, every second one upwards, each stream on a connection of
 * its own and compared at both ends.
 */
public final class Bulk {
  /** Long enough that the beginning, which is copied, does not matter. */
  private static final long STREAM_BYTES = 64L << 20;

  private final SocketAddress proxy;
  private final int clients;
  private final long deadlineNs;
  private final AtomicLong streams = new AtomicLong();
  private final AtomicLong different = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();

  private Bulk(SocketAddress proxy, int clients, long deadlineNs) {
    this.proxy = proxy;
    this.clients = clients;
    this.deadlineNs = deadlineNs;
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
   * Sends for about {@code seconds}, at least one stream for each client.
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
    do {
      boolean same = client % 2 == 0 ? download() : upload();
      if (!same) {
        different.incrementAndGet();
      }
      bytes.addAndGet(STREAM_BYTES);
    } while (System.nanoTime() - deadlineNs < 0);
  }

  private boolean download() throws IOException {
    try (Peer peer = Peer.connect(proxy)) {
      peer.write("SEND " + STREAM_BYTES + " " + nextPosition() + "\n");
      Tally received = peer.receiveContent(STREAM_BYTES);
      return received.toString().equals(peer.readLine());
    }
  }

  private boolean upload() throws IOException {
    try (Peer peer = Peer.connect(proxy)) {
      peer.write("TAKE\n");
      Tally sent = peer.sendContent(nextPosition(), STREAM_BYTES);
      peer.endOutput();
      return sent.toString().equals(peer.readLine());
    }
  }

  /** Each stream begins elsewhere, so that bytes of another stream would be noticed. */
  private long nextPosition() {
    return streams.getAndIncrement() * 65_537;
  }
}
