package io.sluice.admission;

import io.sluice.config.Rate;
import java.security.SecureRandom;

/**
 * What is known of each source, in memory that is taken once: at most {@value #BYTES_PER_SOURCE}
 * bytes for each of a fixed number of sources.
 *
 * <p>The rate is limited by the generic cell rate algorithm (ITU-T I.371, appendix A), which needs
 * one time for each source: until when its connections so far have used up its share. A source may
 * be ahead of the clock by the whole period at most. Once the clock has caught up, and there are no
 * connections, the source is as good as new, and forgetting it changes nothing.
 *
 * <p>The table is split into shards, each with a lock that is held for some tens of instructions. A
 * source belongs to one shard by its hash, which is keyed, so that nobody outside can choose
 * addresses that fall together. Thread-safe.
 */
final class SourceTable {
  /** Results of {@link #enter} that are no place. */
  static final long TOO_FAST = -1;

  static final long TOO_MANY = -2;
  static final long FULL = -3;

  /** It may come in, and nobody counts how many there are. */
  static final long UNCOUNTED = -4;

  /** 36 in {@link SourceShard}'s arrays of entries, and up to three ints of its index. */
  static final int BYTES_PER_SOURCE = 48;

  private static final int SHARDS_MAX = 64;
  private static final int SHARD_SOURCES_MIN = 256;

  private final SourceShard[] shards;
  private final SipHash hash;
  private final int sources;

  /**
   * A table of {@code sources} sources.
   *
   * @param maxConnections of one source at a time; 0 means that they are not counted
   */
  SourceTable(int sources, Rate rate, int maxConnections, SipHash hash) {
    this.sources = sources;
    this.hash = hash;
    int count = 1;
    while (count < SHARDS_MAX && sources / (count * 2) >= SHARD_SOURCES_MIN) {
      count *= 2;
    }
    shards = new SourceShard[count];
    for (int i = 0; i < count; i++) {
      shards[i] = new SourceShard(sources / count + (i < sources % count ? 1 : 0), hash);
    }
    limit(rate, maxConnections);
  }

  /** Sets the limits; what is known of the sources stays. */
  void limit(Rate rate, int maxConnections) {
    long periodNs = rate.period().toNanos();
    long intervalNs = rate.isLimited() ? Math.max(1, periodNs / rate.count()) : 0;
    // Without a rate nobody is too fast, not even where the clocks of two loops differ.
    long aheadNs = rate.isLimited() ? intervalNs * (rate.count() - 1L) : Long.MAX_VALUE;
    for (SourceShard shard : shards) {
      shard.limit(intervalNs, aheadNs, maxConnections);
    }
  }

  /** A hash that nobody outside this process knows. */
  static SipHash seed() {
    SecureRandom random = new SecureRandom();
    return new SipHash(random.nextLong(), random.nextLong());
  }

  /** Sources that it has room for. */
  int capacity() {
    return sources;
  }

  /** Sources known now. */
  int size() {
    int size = 0;
    for (SourceShard shard : shards) {
      size += shard.size();
    }
    return size;
  }

  /** Bytes of its arrays. */
  long bytes() {
    long bytes = 0;
    for (SourceShard shard : shards) {
      bytes += shard.bytes();
    }
    return bytes;
  }

  /**
   * Counts a connection of a source.
   *
   * @param high upper half of its address in 128 bits
   * @param low lower half
   * @param nowNs of a clock that all threads share, whatever its origin
   * @return a place to {@link #leave}, {@link #UNCOUNTED}, or why it may not come in
   */
  long enter(long high, long low, long nowNs) {
    long hashed = hash.of(high, low);
    int shard = (int) (hashed >>> 32) & (shards.length - 1);
    long entry = shards[shard].enter((int) hashed, high, low, nowNs);
    return entry < 0 ? entry : (long) shard << 32 | entry;
  }

  /** A connection that was counted has ended. */
  void leave(long place) {
    shards[(int) (place >>> 32)].leave((int) place);
  }
}
