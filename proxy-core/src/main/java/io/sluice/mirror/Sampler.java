package io.sluice.mirror;

import io.sluice.config.Sampling;
import io.sluice.linux.SockAddr;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Chooses whole sessions. Thread-safe; may be changed while it is used. */
final class Sampler {
  /** Steps of the hash of an address: fine enough for a ten-thousandth of a percent. */
  private static final int STEPS = 1 << 24;

  private final AtomicLong seen = new AtomicLong();
  private volatile Sampling sampling;

  Sampler(Sampling sampling) {
    this.sampling = sampling;
  }

  Sampling sampling() {
    return sampling;
  }

  void change(Sampling to) {
    sampling = to;
  }

  /** By which sampling a session of {@code client} is taken; null if it is not. */
  Sampling choose(SockAddr client) {
    Sampling now = sampling;
    return takes(now, client) ? now : null;
  }

  private boolean takes(Sampling now, SockAddr client) {
    return switch (now.kind()) {
      case ALL -> true;
      case RANDOM -> ThreadLocalRandom.current().nextDouble() < now.share();
      case EVERY -> seen.incrementAndGet() % now.every() == 0;
      case BY_CLIENT -> place(client) < now.share();
    };
  }

  /**
   * Where a client's address, without its port, stands between 0 and 1: always the same, on every
   * machine. UNIX clients have no address; they are all one.
   */
  private static double place(SockAddr client) {
    byte[] address = {};
    if (!client.isUnix()) {
      address = ((InetSocketAddress) client.unmapped().toJava()).getAddress().getAddress();
    }
    // Neighbouring addresses must not stand beside each other: the finalizer of MurmurHash3.
    int hash = Arrays.hashCode(address);
    hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
    hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
    hash ^= hash >>> 16;
    return (double) (hash >>> 8) / STEPS;
  }
}
