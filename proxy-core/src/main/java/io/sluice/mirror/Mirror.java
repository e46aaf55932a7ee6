package io.sluice.mirror;

import io.sluice.config.MirrorConfig;
import io.sluice.config.Sampling;
import io.sluice.linux.SockAddr;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A second destination of the sessions of some frontends: its terms, its limit, what was counted.
 *
 * <p>A reload replaces it by another one of the same name ({@link #next}). Who is mirrored by the
 * former one stays so; it has no new sessions from {@link #retire} on, and ends with the last.
 *
 * <p>Invariant: {@link #users} is 0 exactly when it is retired and mirrors nobody; then its sinks
 * are ended, unless a successor uses them. Thread-safe.
 */
public final class Mirror implements MirrorTerms, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Mirror.class);

  /** A mirror that fails fails for every session: one line for each reason in this time. */
  private static final long LOG_INTERVAL_NS = 5_000_000_000L;

  private static final long NEVER_LOGGED = Long.MIN_VALUE;
  private static final int REASONS = DetachReason.values().length;

  private final MirrorConfig config;
  private final SharedSinks sinks;
  private final Sampler sampler;

  // Shared with those of the same name that were before and that come after.
  private final AtomicInteger active;
  private final LongAdder[] counts;
  private final AtomicLong[] loggedAtNs;
  private final LongAdder[] unlogged;

  /** Sessions, and one for the configuration until it is retired. */
  private final AtomicInteger users = new AtomicInteger(1);

  private final AtomicBoolean retired = new AtomicBoolean();

  private volatile int maxSessions;

  /** A mirror that sends to {@code sinks}, which it owns. */
  public Mirror(MirrorConfig config, SinkFactory sinks) {
    this.config = config;
    this.sinks = new SharedSinks(sinks);
    sampler = new Sampler(config.sampling());
    maxSessions = config.maxSessions();
    active = new AtomicInteger();
    counts = new LongAdder[MirrorCounter.values().length];
    loggedAtNs = new AtomicLong[REASONS];
    unlogged = new LongAdder[REASONS];
    Arrays.setAll(counts, i -> new LongAdder());
    Arrays.setAll(loggedAtNs, i -> new AtomicLong(NEVER_LOGGED));
    Arrays.setAll(unlogged, i -> new LongAdder());
  }

  private Mirror(Mirror before, MirrorConfig config, SharedSinks sinks) {
    this.config = config;
    this.sinks = sinks;
    boolean sampledAlike = config.sampling().equals(before.config.sampling());
    sampler = sampledAlike ? before.sampler : new Sampler(config.sampling());
    boolean limitedAlike = config.maxSessions() == before.config.maxSessions();
    maxSessions = limitedAlike ? before.maxSessions : config.maxSessions();
    active = before.active;
    counts = before.counts;
    loggedAtNs = before.loggedAtNs;
    unlogged = before.unlogged;
  }

  /**
   * The mirror that takes the place of this one, with all that was counted. What was changed at run
   * time stays as it is, unless its own key is another.
   */
  public Mirror next(MirrorConfig next) {
    sinks.share();
    return new Mirror(this, next, sinks);
  }

  /** The same with sinks of its own. */
  public Mirror next(MirrorConfig next, SinkFactory own) {
    return new Mirror(this, next, new SharedSinks(own));
  }

  /** No session is mirrored by it any more but those that are already. */
  public void retire() {
    if (retired.compareAndSet(false, true)) {
      leaveSinks();
    }
  }

  /** Whether nobody will ever use it again. */
  public boolean isOver() {
    return users.get() == 0;
  }

  private boolean enterSinks() {
    int now = users.get();
    while (now > 0) {
      if (users.compareAndSet(now, now + 1)) {
        return true;
      }
      now = users.get();
    }
    return false;
  }

  private void leaveSinks() {
    if (users.decrementAndGet() == 0) {
      sinks.leave();
    }
  }

  @Override
  public String name() {
    return config.name();
  }

  /** Its terms as they were configured. */
  public MirrorConfig config() {
    return config;
  }

  /** Sessions that are mirrored now, or whose last bytes are still on their way. */
  public int active() {
    return active.get();
  }

  @Override
  public Sampling sampling() {
    return sampler.sampling();
  }

  @Override
  public void sample(Sampling sampling) {
    sampler.change(Objects.requireNonNull(sampling, "sampling"));
    LOG.info("mirror {}: sample is {} now", name(), sampling);
  }

  @Override
  public int maxSessions() {
    return maxSessions;
  }

  @Override
  public void maxSessions(int limit) {
    if (limit < 0) {
      throw new IllegalArgumentException(
          "max-sessions must not be negative: " + limit + " (0 is no limit)");
    }
    maxSessions = limit;
    LOG.info("mirror {}: max-sessions is {} now", name(), limit == 0 ? "none" : limit);
  }

  /** The sum of a counter. */
  public long sum(MirrorCounter counter) {
    return counts[counter.ordinal()].sum();
  }

  /** All sums. */
  public Map<MirrorCounter, Long> toMap() {
    Map<MirrorCounter, Long> sums = new EnumMap<>(MirrorCounter.class);
    for (MirrorCounter counter : MirrorCounter.values()) {
      sums.put(counter, sum(counter));
    }
    return sums;
  }

  SinkFactory sinks() {
    return sinks.factory();
  }

  void count(MirrorCounter counter, long amount) {
    if (amount != 0) {
      counts[counter.ordinal()].add(amount);
    }
  }

  /**
   * By which sampling a new session of {@code client} is mirrored, which then has to {@link
   * #leave}; null if it is not mirrored.
   */
  Sampling enter(SockAddr client) {
    Sampling chosen = sampler.choose(client);
    if (chosen == null) {
      count(MirrorCounter.NOT_SAMPLED, 1);
      return null;
    }
    if (!enterSinks()) {
      return null;
    }
    if (!enterLimit()) {
      leaveSinks();
      count(MirrorCounter.OVER_LIMIT, 1);
      return null;
    }
    count(MirrorCounter.SESSIONS, 1);
    return chosen;
  }

  /** Counts one more where there is room: one that there is no room for is never counted. */
  private boolean enterLimit() {
    int limit = maxSessions;
    int now = active.get();
    while (limit <= 0 || now < limit) {
      if (active.compareAndSet(now, now + 1)) {
        return true;
      }
      now = active.get();
    }
    return false;
  }

  void leave() {
    active.decrementAndGet();
    leaveSinks();
  }

  /** Counts a detachment and logs it, if nothing of its kind was logged lately. */
  void onDetached(DetachReason reason, String detail, long nowNs) {
    count(MirrorCounter.of(reason), 1);
    if (reason == DetachReason.CONNECT || reason == DetachReason.CONNECT_TIMEOUT) {
      count(MirrorCounter.CONNECT_FAILURES, 1);
    }
    LongAdder since = unlogged[reason.ordinal()];
    since.increment();
    AtomicLong last = loggedAtNs[reason.ordinal()];
    long lastNs = last.get();
    if ((lastNs == NEVER_LOGGED || nowNs - lastNs >= LOG_INTERVAL_NS)
        && last.compareAndSet(lastNs, nowNs)) {
      LOG.warn(
          "mirror {} ({}): detached from {} session(s): {}{}",
          name(),
          config.target(),
          since.sumThenReset(),
          reason.sentence(),
          detail.isEmpty() ? "" : " (" + detail + ")");
    }
  }

  /** Ends what its sinks share, once no loop turns any more; waits until that has ended. */
  @Override
  public void close() {
    sinks.close();
  }
}
