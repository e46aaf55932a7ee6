package io.sluice.session;

import io.sluice.admission.Verdict;
import io.sluice.loop.EventLoop;
import io.sluice.loop.Timer;
import io.sluice.stats.Counter;
import io.sluice.stats.CounterSet;
import io.sluice.transport.StreamSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of connections that are not let in. They are counted, and no line of the session log
 * tells of them, as with HAProxy's {@code tcp-request connection reject}.
 *
 * <p>The tarpit holds a descriptor and a timer for each of its connections and nothing else: it is
 * neither read nor written, nor is a client noticed that leaves before its time. It is bounded by
 * the frontend's number of tarpitted connections, which all loops share.
 *
 * <p>Loop thread only.
 */
final class Refusals {
  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

  private final EventLoop loop;
  private final CounterSet counters;
  private Tarpitted first;

  Refusals(EventLoop loop, CounterSet counters) {
    this.loop = loop;
    this.counters = counters;
  }

  /** Ends {@code client}, which from then on is no longer the caller's, as {@code verdict} says. */
  void carryOut(Verdict verdict, StreamSocket client, Frontend frontend) {
    count(frontend, Counter.DENIED_CONNECTIONS);
    count(frontend, verdict.refusal().counter());
    if (LOG.isDebugEnabled()) {
      LOG.debug(
          "frontend {}: {} refused {}: {}",
          frontend.name(),
          client.peer(),
          verdict.refusal().words(),
          verdict.action());
    }
    switch (verdict.action()) {
      case REJECT -> client.reset();
      case CLOSE -> client.close();
      case SILENT_DROP -> {
        count(frontend, Counter.SILENTLY_DROPPED);
        client.vanish();
      }
      case TARPIT -> hold(client, frontend);
    }
  }

  /** Counts a connection that came in without being counted for its source. */
  void onUntracked(Frontend frontend) {
    count(frontend, Counter.UNTRACKED_CONNECTIONS);
  }

  private void hold(StreamSocket client, Frontend frontend) {
    if (!frontend.tarpit().tryEnter()) {
      client.reset();
      return;
    }
    count(frontend, Counter.TARPITTED_CONNECTIONS);
    Tarpitted held = new Tarpitted(client, frontend);
    held.next = first;
    if (first != null) {
      first.previous = held;
    }
    first = held;
    loop.timers().arm(held, loop.nowNs() + frontend.config().admission().tarpit().toNanos());
  }

  /** Lets go of everybody in the tarpit. */
  void closeAll() {
    while (first != null) {
      first.end();
    }
  }

  private void count(Frontend frontend, Counter counter) {
    counters.add(loop.index(), counter, 1);
    frontend.counters().add(loop.index(), counter, 1);
  }

  private final class Tarpitted extends Timer {
    private final StreamSocket client;
    private final Frontend frontend;
    private Tarpitted previous;
    private Tarpitted next;

    Tarpitted(StreamSocket client, Frontend frontend) {
      this.client = client;
      this.frontend = frontend;
    }

    @Override
    protected void onTimer() {
      end();
    }

    private void end() {
      loop.timers().cancel(this);
      if (previous != null) {
        previous.next = next;
      } else {
        first = next;
      }
      if (next != null) {
        next.previous = previous;
      }
      client.close();
      frontend.tarpit().leave();
    }
  }
}
