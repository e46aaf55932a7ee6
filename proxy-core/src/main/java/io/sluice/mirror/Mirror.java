package io.sluice.mirror;

import io.sluice.config.MirrorConfig;
import io.sluice.config.Sampling;
import io.sluice.linux.SockAddr;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A second destination of the sessions of some frontends: its terms, its limit, what was counted.
 * Thread-safe.
 */
public final class Mirror implements MirrorTerms, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Mirror.class);

  /** A mirror that fails fails for every session: one line for each reason in this time. */
  private static final long LOG_INTERVAL_NS = 5_000_000_000L;

  private static final long NEVER_LOGGED = Long.MIN_VALUE;
  private static final int REASONS = DetachReason.values().length;

  private final MirrorConfig config;
  private final SinkFactory sinks;
  private final Sampler sampler;
  private final AtomicInteger active = new AtomicInteger();
  private final LongAdder[] counts = new LongAdder[MirrorCounter.values().length];
  private final AtomicLong[] loggedAtNs = new AtomicLong[REASONS];
  private final LongAdder[] unlogged = new LongAdder[REASONS];
  private volatile int maxSessions;

  /** A mirror that sends to {@code sinks}, which it owns. */
  public Mirror(MirrorConfig config, SinkFactory sinks) {
    this.config = config;
    this.sinks = sinks;
    sampler = new Sampler(config.sampling());
    maxSessions = config.maxSessions();
    Arrays.setAll(counts, i -> new LongAdder());
    Arrays.setAll(loggedAtNs, i -> new AtomicLong(NEVER_LOGGED));
    Arrays.setAll(unlogged, i -> new LongAdder());
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
    return sinks;
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
    int limit = maxSessions;
    int now = active.incrementAndGet();
    if (limit > 0 && now > limit) {
      active.decrementAndGet();
      count(MirrorCounter.OVER_LIMIT, 1);
      return null;
    }
    count(MirrorCounter.SESSIONS, 1);
    return chosen;
  }

  void leave() {
    active.decrementAndGet();
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

  /** Ends what its sinks share, once no loop turns any more. */
  @Override
  public void close() {
    sinks.close();
  }
}
