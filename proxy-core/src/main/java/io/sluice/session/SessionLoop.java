package io.sluice.session;

import io.sluice.admission.Verdict;
import io.sluice.loop.EventLoop;
import io.sluice.mirror.MirrorLoop;
import io.sluice.stats.CounterSet;
import io.sluice.transport.StreamSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The sessions of one loop, and what they share.
 *
 * <p>New connections go to the loop that accepted them unless another has clearly fewer sessions:
 * the kernel wakes the same idle loop again and again, and a Session cannot move later.
 *
 * <p>Everything on the loop's thread, except {@link #size} and {@link #offer}.
 */
public final class SessionLoop {
  /** Sessions more than the least loaded loop at which a new one is handed to that. */
  private static final int IMBALANCE = 2;

  private final EventLoop loop;
  private final CounterSet counters;
  private final ConnectionGate totalGate;
  private final int turnBudgetBytes;
  private final SessionLog log;
  private final Refusals refusals;
  private final MirrorLoop mirrors;
  private final Map<Frontend, SideTimeouts> timeouts = new HashMap<>();
  private List<SessionLoop> all = List.of(this);
  private Session first;
  private Runnable onEmpty = () -> {};
  private volatile int size;

  /**
   * The sessions of {@code loop}.
   *
   * @param counters the scope of the loops, shared by all of them
   * @param totalGate the process' limit of connections
   */
  public SessionLoop(
      EventLoop loop, CounterSet counters, ConnectionGate totalGate, int turnBudgetBytes) {
    this.loop = loop;
    this.counters = counters;
    this.totalGate = totalGate;
    this.turnBudgetBytes = turnBudgetBytes;
    log = new SessionLog(totalGate);
    refusals = new Refusals(loop, counters);
    mirrors = new MirrorLoop(loop, this::checkEmpty);
  }

  /** Makes the loops of a process known to each other. Before any of them starts. */
  public static void link(List<SessionLoop> loops) {
    for (SessionLoop one : loops) {
      one.all = List.copyOf(loops);
    }
  }

  /** The loop. */
  public EventLoop loop() {
    return loop;
  }

  /** Sessions now. Any thread. */
  public int size() {
    return size;
  }

  /**
   * Begins a session for a connection just accepted here, on this loop or a less loaded one, if it
   * is let in.
   */
  void dispatch(StreamSocket client, Frontend frontend) {
    Verdict verdict = frontend.admission().checkPeer(client.peer(), loop.nowNs());
    if (verdict.isRefused()) {
      leaveGates(frontend);
      refusals.carryOut(verdict, client, frontend);
      return;
    }
    if (verdict == Verdict.UNTRACKED) {
      refusals.onUntracked(frontend);
    }
    SessionLoop least = this;
    for (SessionLoop other : all) {
      if (other.size < least.size) {
        least = other;
      }
    }
    if (least.size + IMBALANCE <= size) {
      least.offer(client, frontend, verdict);
    } else {
      begin(client, frontend, verdict);
    }
  }

  /** Begins a session here for a connection that another loop has accepted. Any thread. */
  void offer(StreamSocket client, Frontend frontend, Verdict verdict) {
    loop.execute(() -> begin(client, frontend, verdict));
  }

  private void begin(StreamSocket client, Frontend frontend, Verdict verdict) {
    SideTimeouts terms =
        timeouts.computeIfAbsent(frontend, f -> SideTimeouts.of(f.config(), f.backend().config()));
    Session session = new Session(this, frontend, terms, client);
    session.verdict = verdict;
    session.next = first;
    if (first != null) {
      first.previous = session;
    }
    first = session;
    setSize(size + 1);
    session.begin();
  }

  /** Takes a session that has just closed out of the list. */
  void remove(Session session) {
    if (session.previous != null) {
      session.previous.next = session.next;
    } else {
      first = session.next;
    }
    if (session.next != null) {
      session.next.previous = session.previous;
    }
    setSize(size - 1);
    session.verdict.leave();
    checkEmpty();
  }

  private void checkEmpty() {
    if (first == null && mirrors.isEmpty()) {
      Runnable callback = onEmpty;
      onEmpty = () -> {};
      callback.run();
    }
  }

  /**
   * Calls {@code callback} once, when there are no sessions and mirrors have what was left of them:
   * now, or when the last one closes.
   */
  public void whenEmpty(Runnable callback) {
    if (first == null && mirrors.isEmpty()) {
      callback.run();
    } else {
      Runnable before = onEmpty;
      onEmpty =
          () -> {
            before.run();
            callback.run();
          };
    }
  }

  /** Brings the counters of all scopes up to date with what the sessions have counted. */
  public void fold() {
    for (Session session = first; session != null; session = session.next) {
      session.fold();
    }
    mirrors.fold();
  }

  /** Ends all sessions and their mirrors, which let go within a few turns. */
  public void closeAll(CloseReason reason) {
    while (first != null) {
      first.close(reason);
    }
    mirrors.closeAll();
    refusals.closeAll();
  }

  /** Gives back the places of a connection that was to be accepted for {@code frontend}. */
  void leaveGates(Frontend frontend) {
    frontend.gate().leave();
    totalGate.leave();
  }

  /** What becomes of connections that are not let in. */
  Refusals refusals() {
    return refusals;
  }

  /** What mirrors the sessions of this loop. */
  public MirrorLoop mirrors() {
    return mirrors;
  }

  CounterSet counters() {
    return counters;
  }

  ConnectionGate totalGate() {
    return totalGate;
  }

  int turnBudgetBytes() {
    return turnBudgetBytes;
  }

  SessionLog log() {
    return log;
  }

  /** Only this loop's thread writes: other loops read it to compare. */
  @SuppressWarnings("NonAtomicVolatileUpdate")
  private void setSize(int now) {
    size = now;
  }
}
