package io.sluice.session;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;

/**
 * What the fuzz tests of sessions have in common: where their seeds come from, and how sessions
 * come and go.
 *
 * <p>{@code -Dsluice.fuzz.seed=n} repeats one seed, {@code -Dsluice.fuzz.rounds=n} tries that many
 * random ones instead of the few that are run by default.
 */
final class Fuzz {
  /** Longer than anything stands still that will go on. */
  static final long STALL_NS = Duration.ofSeconds(10).toNanos();

  private Fuzz() {}

  /** All that happens with one seed. */
  interface Round {
    void run(long seed) throws Exception;
  }

  /** A turn of the loop, and what goes on beside it. */
  interface Turn {
    void run() throws IOException;
  }

  /** Runs {@code round} with the {@code fixed} seeds and a random one, or as the caller says. */
  static void rounds(String what, long[] fixed, Round round) throws Exception {
    for (long seed : seeds(fixed).toArray()) {
      System.out.println(what + ", -Dsluice.fuzz.seed=" + seed);
      try {
        round.run(seed);
      } catch (AssertionError | IOException | RuntimeException e) {
        throw new AssertionError(what + " with -Dsluice.fuzz.seed=" + seed + ": " + e, e);
      }
    }
  }

  private static LongStream seeds(long[] fixed) {
    Long seed = Long.getLong("sluice.fuzz.seed");
    if (seed != null) {
      return LongStream.of(seed);
    }
    Integer rounds = Integer.getInteger("sluice.fuzz.rounds");
    LongStream random =
        LongStream.generate(() -> ThreadLocalRandom.current().nextLong(1_000_000_000))
            .limit(rounds == null ? 1 : rounds);
    return rounds == null ? LongStream.concat(LongStream.of(fixed), random) : random;
  }

  /**
   * Opens {@code count} sessions one by one while those before them go on, until all are over.
   *
   * @param epoll whether the proxy is on epoll
   * @param beside grows while something besides the sessions makes progress
   */
  static List<FuzzSession> relay(
      LoopHarness harness, Random random, int count, boolean epoll, Turn turn, LongSupplier beside)
      throws IOException {
    List<FuzzSession> all = new ArrayList<>();
    List<FuzzSession> live = new ArrayList<>();
    long progress = -1;
    long progressNs = System.nanoTime();
    while (all.size() < count || !live.isEmpty()) {
      if (all.size() < count && random.nextInt(3) == 0) {
        FuzzSession opened = FuzzSession.open(harness, random, epoll && random.nextBoolean());
        all.add(opened);
        live.add(opened);
      }
      for (FuzzSession session : live) {
        if (random.nextBoolean()) {
          session.step();
        }
      }
      turn.run();
      for (FuzzSession session : live) {
        if (session.isOver()) {
          session.check();
        }
      }
      live.removeIf(FuzzSession::isOver);
      long now =
          all.size() + all.stream().mapToLong(FuzzSession::progress).sum() + beside.getAsLong();
      if (now != progress) {
        progress = now;
        progressNs = System.nanoTime();
      } else if (System.nanoTime() - progressNs > STALL_NS) {
        throw new AssertionError("stalled: " + live + ", " + harness.poller.usage());
      }
    }
    return all;
  }
}
