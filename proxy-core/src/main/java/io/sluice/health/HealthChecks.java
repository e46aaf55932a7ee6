package io.sluice.health;

import io.sluice.backend.Server;
import io.sluice.loop.EventLoop;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The health of all servers of a process. Its methods are for any thread, and {@link #stop} must
 * come before the loops stop.
 */
public final class HealthChecks {

  /** Of no servers. */
  public static final HealthChecks NONE = new HealthChecks(List.of(), List.of(), 0);

  private final List<ServerHealth> all = new ArrayList<>();
  private final IdentityHashMap<Server, ServerHealth> byServer = new IdentityHashMap<>();
  private final Dialogues dialogues = new Dialogues();

  /**
   * Of those of {@code servers} that have a check or an agent, dealt out to {@code loops} in turn.
   *
   * @param seed of the chance in intervals that are spread
   */
  public HealthChecks(List<ServerTerms> servers, List<EventLoop> loops, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (ServerTerms terms : servers) {
      if (terms.isActive()) {
        EventLoop loop = loops.get(all.size() % loops.size());
        ServerHealth health = new ServerHealth(loop, terms, dialogues, random.split());
        all.add(health);
        byServer.put(terms.server(), health);
      }
    }
  }

  /** Begins to check. */
  public void start() {
    int count = all.stream().mapToInt(ServerHealth::size).sum();
    int place = 0;
    for (ServerHealth health : all) {
      int first = place;
      health.loop().execute(() -> health.start(first, count));
      place += health.size();
    }
  }

  /** Stops soon: on each loop at its next turn. Servers stay as they were found. */
  public void stop() {
    all.forEach(health -> health.loop().execute(health::stop));
    dialogues.close();
  }

  /** The health of a server; empty if nothing looks after it. */
  public Optional<ServerHealth> of(Server server) {
    return Optional.ofNullable(byServer.get(server));
  }
}
