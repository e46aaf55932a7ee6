package io.sluice.session;

import io.sluice.stats.Counter;
import java.io.IOException;
import java.time.Duration;
import org.assertj.core.api.SoftAssertions;

/** One session that is about to end, and what its two sides see of that. */
final class CloseScene implements AutoCloseable {

  /** What a side sees at the end of what it has received. */
  enum Sees {
    FIN,
    RESET,
    FIN_THEN_RESET,

    /** Nothing: it has gone itself, or was never reached. */
    NOTHING
  }

  /** A scene: something that happens to a session. */
  @FunctionalInterface
  interface Event {
    void happen(CloseScene scene) throws IOException;
  }

  final LoopHarness harness;
  final boolean epoll;
  final LogCapture log = new LogCapture();
  Peer client;
  Peer server;

  CloseScene(String transport, String settings) throws Exception {
    epoll = transport.equals("epoll");
    harness = LoopHarness.over(transport, 1, settings);
  }

  /** Connects both sides. */
  CloseScene relaying() throws IOException {
    LoopHarness.Pair pair = harness.pair();
    client = pair.client();
    server = pair.server();
    return this;
  }

  /** Connects the client only; the server may be stalled. */
  CloseScene connecting() throws IOException {
    client = harness.client();
    harness.turnUntil("the session", () -> harness.sessions.size() == 1);
    return this;
  }

  /** Makes {@code peer} vanish with a reset. */
  void reset(Peer peer) throws IOException {
    peer.reset();
    forget(peer);
  }

  /** Makes {@code peer} vanish in order; nobody is there to receive what comes later. */
  void leave(Peer peer) throws IOException {
    peer.close();
    forget(peer);
  }

  private void forget(Peer peer) {
    if (peer == client) {
      client = null;
    } else {
      server = null;
    }
  }

  /** Sends byte after byte until the session is over: who writes to nobody finds out late. */
  void sendInVain(Peer peer) {
    harness.turnUntil(
        "the end of the session",
        () -> {
          if (harness.sessions.size() > 0) {
            peer.write(new byte[1], 0, 1);
          }
          return harness.sessions.size() == 0;
        });
  }

  /** Turns until the session is over, with the time that acknowledgements are waited for. */
  void end() {
    harness.turnUntil(
        "the end of the session",
        () -> {
          harness.clock.advance(Duration.ofMillis(1));
          return harness.sessions.size() == 0;
        });
    harness.turns(2); // NIO lets go of descriptors in the next poll.
    harness.expectNothingLeft();
  }

  /** What {@code peer} sees at its end. */
  Sees sees(Peer peer) {
    if (peer == null) {
      return Sees.NOTHING;
    }
    harness.turnUntil("the end of a stream", () -> peer.read().isEof() || peer.isBroken());
    if (!peer.isEof()) {
      return peer.isReset() ? Sees.RESET : Sees.NOTHING;
    }
    if (peer.channel().socket().isOutputShutdown()) {
      return Sees.FIN;
    }
    return peer.write(new byte[1], 0, 1) < 0 ? Sees.FIN_THEN_RESET : Sees.FIN;
  }

  /** Checks that exactly one session was closed and counted, with {@code reason}. */
  void checkClosed(SoftAssertions softly, CloseReason reason) {
    softly.assertThat(log.sessions()).hasSize(1);
    softly.assertThat(log.sessions().toString()).contains(" " + reason.state() + " ");
    for (Counter counter : Counter.values()) {
      if (counter.name().startsWith("CLOSED_")) {
        softly
            .assertThat(harness.counted(counter))
            .as("%s", counter)
            .isEqualTo(counter == reason.counter() ? 1 : 0);
      }
    }
  }

  @Override
  public void close() throws IOException {
    harness.close();
    log.close();
  }
}
