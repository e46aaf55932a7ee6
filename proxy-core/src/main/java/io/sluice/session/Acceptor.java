package io.sluice.session;

import io.sluice.linux.Errno;
import io.sluice.loop.EventLoop;
import io.sluice.loop.Timer;
import io.sluice.stats.Counter;
import io.sluice.transport.ListenSocket;
import io.sluice.transport.StreamSocket;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One loop's share in accepting from one bind.
 *
 * <pre>
 *         limit or rate reached / out of descriptors
 *   WATCHING ─────────────────────────────────────▶ PAUSED
 *      │     ◀─────────────────────────────────────    │
 *      │        a place is free / pause is over        │
 *      └───────────────▶ STOPPED ◀─────────────────────┘
 * </pre>
 *
 * <p>A paused acceptor does not watch the listening socket, which is level-triggered and would
 * spin; its clients wait in the kernel's backlog. Loop thread only.
 */
public final class Acceptor implements EventLoop.Task {
  private enum State {
    WATCHING,
    PAUSED,
    STOPPED
  }

  private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);

  /** Connections taken in one run: few, so that the other loops get theirs. */
  private static final int BATCH = 8;

  /** Connections taken at the end: as many as net.core.somaxconn lets wait by default. */
  private static final int LAST_MAX = 4096;

  private static final long RESOURCE_PAUSE_NS = 100_000_000;
  private static final long LOG_INTERVAL_NS = 10_000_000_000L;

  private final SessionLoop sessions;
  private final EventLoop loop;
  private final ListenSocket socket;
  private Frontend frontend;
  private int bind;
  private final Timer pause =
      new Timer() {
        @Override
        protected void onTimer() {
          resume();
        }
      };

  /** Gates that will tell it of a free place. A reload may make it look again before they do. */
  private final Set<ConnectionGate> awaited = new HashSet<>();

  private State state = State.PAUSED;
  private boolean queued;
  private long loggedNs;
  private boolean logged;

  /**
   * Accepts from {@code socket} for {@code frontend}, once started.
   *
   * @param bind the socket's number among those of the frontend, from 1
   */
  public Acceptor(SessionLoop sessions, ListenSocket socket, Frontend frontend, int bind) {
    this.sessions = sessions;
    this.socket = socket;
    this.frontend = frontend;
    this.bind = bind;
    loop = sessions.loop();
  }

  /** Begins to accept. */
  public void start() {
    resume();
  }

  /**
   * The connections that come from now on are those of {@code next}.
   *
   * @param place of the socket among those of {@code next}, from 1
   */
  public void serve(Frontend next, int place) {
    frontend = next;
    bind = place;
    resume(); // What it waited for may hold no more.
  }

  /** Takes what waits in the backlog already, as far as the limits allow, and stops for good. */
  public void finish() {
    resume();
    // Each is one less that is reset with the listening socket; bounded, as they may come for ever.
    for (int n = 0; n < LAST_MAX && state == State.WATCHING && acceptNext(); n++) {}
    stop();
  }

  /** Stops for good; the listening socket may be closed when every loop's acceptor has stopped. */
  public void stop() {
    if (state == State.WATCHING) {
      loop.poller().unwatch(socket);
    }
    loop.timers().cancel(pause);
    state = State.STOPPED;
  }

  /** Only queues: during a poll the loop's time is still that of the turn before. */
  private void onAcceptable() {
    if (!queued) {
      queued = true;
      loop.enqueue(this);
    }
  }

  @Override
  public void onTurn() {
    queued = false;
    for (int n = 0; n < BATCH && state == State.WATCHING; n++) {
      if (!acceptNext()) {
        return;
      }
    }
  }

  /** Whether there may be another one. */
  private boolean acceptNext() {
    if (!enter(sessions.totalGate()) || !enterFrontend() || !takeRate()) {
      return false;
    }
    StreamSocket client = loop.poller().accept(socket);
    if (client == null) {
      frontend.rate().giveBack();
      sessions.leaveGates(frontend);
      onAcceptFailed(-loop.poller().lastError());
      return false;
    }
    sessions.dispatch(client, frontend, bind);
    return true;
  }

  private boolean enterFrontend() {
    if (enter(frontend.gate())) {
      return true;
    }
    sessions.totalGate().leave();
    return false;
  }

  /** Beyond the rate the next connection waits in the backlog until its time has come. */
  private boolean takeRate() {
    long waitNs = frontend.rate().tryTake(loop.nowNs());
    if (waitNs == 0) {
      return true;
    }
    sessions.leaveGates(frontend);
    suspend();
    loop.timers().arm(pause, loop.nowNs() + waitNs);
    return false;
  }

  private boolean enter(ConnectionGate gate) {
    if (gate.tryEnter()) {
      return true;
    }
    suspend();
    if (awaited.add(gate)) {
      gate.await(() -> loop.execute(() -> onPlaceFree(gate)));
    }
    return false;
  }

  private void onPlaceFree(ConnectionGate gate) {
    awaited.remove(gate);
    resume();
  }

  private void onAcceptFailed(int errno) {
    switch (errno) {
      case Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM, Errno.EIO -> {
        suspend();
        onShortage(errno);
      }
      default -> {
        // Another loop was faster, or this one connection failed in the network: see accept(2).
      }
    }
  }

  /** Paused for want of something that others have to give back: tries again after a while. */
  private void onShortage(int errno) {
    frontend.counters().add(loop.index(), Counter.ACCEPT_ERRORS, 1);
    sessions.counters().add(loop.index(), Counter.ACCEPT_ERRORS, 1);
    logPause(errno);
    loop.timers().arm(pause, loop.nowNs() + RESOURCE_PAUSE_NS);
  }

  private void suspend() {
    if (state == State.WATCHING) {
      state = State.PAUSED;
      loop.poller().unwatch(socket);
    }
  }

  private void resume() {
    if (state != State.PAUSED) {
      return;
    }
    loop.timers().cancel(pause);
    int watched = loop.poller().watch(socket, this::onAcceptable);
    if (watched < 0) {
      onShortage(-watched);
    } else {
      state = State.WATCHING;
    }
  }

  private void logPause(int errno) {
    if (logged && loop.nowNs() - loggedNs < LOG_INTERVAL_NS) {
      return;
    }
    logged = true;
    loggedNs = loop.nowNs();
    LOG.warn(
        "frontend {}: cannot accept on {}: {} ({}); clients wait in the backlog, trying again every"
            + " 100 ms; raise the limit of open files (LimitNOFILE=) or lower max-connections",
        frontend.name(),
        socket.address(),
        Errno.text(errno),
        Errno.name(errno));
  }
}
