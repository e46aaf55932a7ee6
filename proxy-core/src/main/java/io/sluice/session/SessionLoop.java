package io.sluice.session;

import io.sluice.admission.Verdict;
import io.sluice.backend.Server;
import io.sluice.config.BackendConfig;
import io.sluice.loop.EventLoop;
import io.sluice.mirror.MirrorLoop;
import io.sluice.stats.Counter;
import io.sluice.stats.CounterSet;
import io.sluice.transport.StreamSocket;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

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

  /** The longest PROXY header, which is longer than the longest ClientHello that is read. */
  private static final int GREETING_BYTES = 16 + 0xFFFF;

  private final EventLoop loop;
  private final CounterSet counters;
  private final ConnectionGate totalGate;
  private final int turnBudgetBytes;
  private final SessionLog log;
  private final Refusals refusals;
  private final MirrorLoop mirrors;

  /** Terms by their identity: they are long, and compared at a reload only. */
  private final Map<Frontend, IdentityHashMap<BackendConfig, SideTimeouts>> timeouts =
      new HashMap<>();

  private final RandomGenerator random = new SplittableRandom();
  private List<SessionLoop> all = List.of(this);
  private Session first;
  private Runnable onEmpty = () -> {};

  /** Null until the first greeting. */
  private ByteBuffer greetingBuffer;

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
    log = new SessionLog(this);
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

  /** Sessions now on all loops that are linked with this one. Any thread. */
  int sizeOfAll() {
    int sum = 0;
    for (SessionLoop each : all) {
      sum += each.size;
    }
    return sum;
  }

  /**
   * Begins a session for a connection just accepted here, on this loop or a less loaded one, if it
   * is let in.
   */
  void dispatch(StreamSocket client, Frontend frontend, int bind) {
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
      least.offer(client, frontend, bind, verdict);
    } else {
      begin(client, frontend, bind, verdict);
    }
  }

  /** Begins a session here for a connection that another loop has accepted. Any thread. */
  void offer(StreamSocket client, Frontend frontend, int bind, Verdict verdict) {
    loop.execute(() -> begin(client, frontend, bind, verdict));
  }

  private void begin(StreamSocket client, Frontend frontend, int bind, Verdict verdict) {
    Session session = new Session(this, frontend, client);
    session.bind = bind;
    session.verdict = verdict;
    session.next = first;
    if (first != null) {
      first.previous = session;
    }
    first = session;
    setSize(size + 1);
    frontend.sessions().begin(loop.index());
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
    session.verdict.leave();
    // Before its places are free for the next: never are more counted than there are places.
    setSize(size - 1);
    session.frontend().sessions().end(loop.index());
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

  /** Ends all sessions that use {@code server} or connect to it. */
  public void closeSessionsOf(Server server, CloseReason reason) {
    Session next;
    for (Session session = first; session != null; session = next) {
      next = session.next;
      if (session.search().uses(server)) {
        session.close(reason);
      }
    }
  }

  /**
   * Ends all sessions that use {@code server} or connect to it, unless they end by themselves: none
   * in the first half of {@code deadlineNs}, then one after the other, the last at the deadline.
   */
  public void drain(Server server, long deadlineNs) {
    int count = 0;
    for (Session session = first; session != null; session = session.next) {
      count += session.search().uses(server) ? 1 : 0;
    }
    long untouchedNs = deadlineNs / 2;
    int number = 0;
    for (Session session = first; session != null; session = session.next) {
      if (session.search().uses(server)) {
        number++;
        double share = (double) number / count;
        long leftNs = untouchedNs + (long) ((deadlineNs - untouchedNs) * share);
        session.endAfter(leftNs, CloseReason.DRAINED);
      }
    }
  }

  /** Ends all sessions and their mirrors, which let go within a few turns. */
  public void closeAll(CloseReason reason) {
    while (first != null) {
      first.close(reason);
    }
    mirrors.closeAll();
    refusals.closeAll();
  }

  /** Gives back the places of a connection of {@code frontend}. */
  void leaveGates(Frontend frontend) {
    frontend.gate().leave();
    totalGate.leave();
  }

  /** Closes a client that was never connected, as {@code verdict} says if it is not let in. */
  void dismiss(StreamSocket client, Frontend frontend, Verdict verdict) {
    if (verdict.isRefused()) {
      refusals.carryOut(verdict, client, frontend);
    } else {
      client.close();
    }
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

  /** Adds to all scopes that a session is in. */
  void count(Frontend frontend, ServerSearch search, Counter counter, long amount) {
    int index = loop.index();
    counters.add(index, counter, amount);
    frontend.counters().add(index, counter, amount);
    if (search.backend() != null) {
      search.backend().counters().add(index, counter, amount);
    }
    if (search.server() != null) {
      search.server().counters().add(index, counter, amount);
    }
  }

  /** The time-outs of a session of {@code frontend} that goes to a backend on {@code terms}. */
  SideTimeouts timeouts(Frontend frontend, BackendConfig terms) {
    return timeouts
        .computeIfAbsent(frontend, f -> new IdentityHashMap<>())
        .computeIfAbsent(terms, t -> SideTimeouts.of(frontend.config(), t));
  }

  /** Lets go of what was made for frontends and backends that a reload has replaced. */
  public void forgetTerms() {
    timeouts.clear();
  }

  /** Room for what a greeting looks at; free until the next greeting of this loop uses it. */
  ByteBuffer greetingBuffer() {
    if (greetingBuffer == null) {
      greetingBuffer = ByteBuffer.allocate(GREETING_BYTES);
    }
    return greetingBuffer;
  }

  /** Where sessions draw from what should not be alike for all of them. */
  RandomGenerator random() {
    return random;
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
